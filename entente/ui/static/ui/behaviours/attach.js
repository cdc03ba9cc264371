// Finds every `data-behaviour="name"` of a page and loads what it names. Each behaviour exports `attach(element)`.

// A fixed list: hashed file names need whole addresses, and no page can ask for any other file.
const behaviours = {
  "character-count": () => import("./character-count.js"),
  "close-menu": () => import("./close-menu.js"),
  "copy-text": () => import("./copy-text.js"),
  "focus-errors": () => import("./focus-errors.js"),
  "keep-draft": () => import("./keep-draft.js"),
  "keyboard-vote": () => import("./keyboard-vote.js"),
  "leave-in-silence": () => import("./leave-in-silence.js"),
  "passkey-failed": () => import("./passkey-failed.js"),
  "poll-progress": () => import("./poll-progress.js"),
  "print": () => import("./print.js"),
  "read-statements": () => import("./read-statements.js"),
  "still-open": () => import("./still-open.js"),
  "theme-choice": () => import("./theme-choice.js"),
  "type-sheet": () => import("./type-sheet.js"),
};

export async function attachAll(root) {
  for (const element of root.querySelectorAll("[data-behaviour]")) {
    for (const name of element.dataset.behaviour.split(/\s+/)) {
      const load = behaviours[name];
      if (load) (await load()).attach(element);
    }
  }
}

attachAll(document);
