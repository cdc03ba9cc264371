// Asks whether the record of this page is still open to its reader, and takes everything off the page when not.
// data-behaviour="still-open" data-url="address that answers 200 or 404", with a <template data-title="…"> inside.

const pause = 5000;
let is_off = false;

export function attach(line) {
  const url = line.dataset.url;
  const template = line.querySelector("template");
  let waiting = 0;
  let asking = false;

  function take_off() {
    is_off = true;
    clearTimeout(waiting);
    const main = document.querySelector("main");
    main.replaceChildren(template.content.cloneNode(true));
    document.title = template.dataset.title;
    main.querySelector("[role='alert']").focus();
  }

  async function ask() {
    clearTimeout(waiting);
    if (is_off || asking || document.hidden) return;
    asking = true;
    try {
      const answer = await fetch(url, { headers: { "X-Fragment": "still-open" }, cache: "no-store", redirect: "manual" });
      // A redirect leads to the sign-in page: whoever is signed out reads nothing here any more.
      const is_gone = answer.status === 404 || answer.status === 403 || answer.type === "opaqueredirect";
      if (is_gone && !is_off) take_off();
    } catch {
      // The line is down: nothing is known, and nothing new can be shown either.
    } finally {
      asking = false;
    }
    if (!is_off) waiting = setTimeout(ask, pause);
  }

  document.addEventListener("visibilitychange", ask);
  window.addEventListener("focus", ask);
  window.addEventListener("pageshow", ask);
  ask();
}
