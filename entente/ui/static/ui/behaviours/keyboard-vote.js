// Voting without leaving the page: by button, by 1 2 3 or by the letters the buttons carry in data-key.
// The form posts as it would without JavaScript; the next card is taken from the page that comes back and announced.

export function attach(region) {
  region.dataset.keys = "";
  const said = document.createElement("p");
  said.className = "heard-only";
  said.setAttribute("role", "status");
  region.after(said);
  let sending = false;
  let givingUp = false;

  async function send(form, button) {
    sending = true;
    const body = new FormData(form);
    body.set(button.name, button.value);
    try {
      const answer = await fetch(form.action, { method: "POST", body });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const next = page.querySelector("[data-behaviour~='keyboard-vote']");
      if (answer.ok && next) {
        region.replaceChildren(...next.childNodes);
        const statement = region.querySelector(".vote-statement");
        said.textContent = `${button.dataset.said ?? ""} ${statement?.textContent.trim() ?? ""}`;
      } else {
        // No card in the answer: the statements are finished, or something went wrong. Show that page itself.
        location.assign(answer.ok ? answer.url : location.href);
      }
    } catch {
      givingUp = true;
      form.requestSubmit(button);
    } finally {
      sending = false;
    }
  }

  region.addEventListener("submit", (event) => {
    if (givingUp || !event.submitter || !event.target.matches("[data-vote]")) return;
    event.preventDefault();
    if (!sending) send(event.target, event.submitter);
  });

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    const answers = [...region.querySelectorAll("[data-vote] button[name='vote']")];
    const chosen = answers[Number(event.key) - 1]
      ?? answers.find((button) => button.dataset.key === event.key.toLowerCase());
    if (!chosen) return;
    event.preventDefault();
    chosen.form.requestSubmit(chosen);
  });
}
