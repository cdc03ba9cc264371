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

  function showCard(card, button) {
    region.replaceChildren(...card.childNodes);
    const problem = region.querySelector(".notice")?.textContent.trim() ?? button.dataset.said ?? "";
    said.textContent = `${problem} ${region.querySelector(".vote-statement")?.textContent.trim() ?? ""}`;
    // The pressed button is gone with its card: the same one of the new card takes its place.
    region.querySelector(`[data-vote] button[value="${CSS.escape(button.value)}"]`)?.focus();
  }

  // An answer that was not taken comes back as a page without a card, which says why: that page is shown.
  function showPage(page) {
    const main = document.querySelector("main");
    main.replaceChildren(...page.querySelector("main").childNodes);
    document.title = page.title;
    main.focus();
    window.scrollTo(0, 0);
  }

  async function send(form, button) {
    sending = true;
    const body = new FormData(form);
    body.set(button.name, button.value);
    try {
      const answer = await fetch(form.action, { method: "POST", body });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const card = page.querySelector("[data-behaviour~='keyboard-vote']");
      if (card) showCard(card, button);
      else if (answer.ok) location.assign(answer.url); // every statement is answered
      else if (page.querySelector("main")) showPage(page);
      else location.reload();
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

  region.addEventListener("keydown", (event) => {
    // A key held down would answer one statement after the other.
    if (event.repeat && event.key === "Enter" && event.target.matches("[data-vote] button")) event.preventDefault();
  });

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (!region.isConnected || typing || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    const answers = [...region.querySelectorAll("[data-vote] button[name='vote']")];
    const chosen = answers[Number(event.key) - 1]
      ?? answers.find((button) => button.dataset.key === event.key.toLowerCase());
    if (!chosen) return;
    event.preventDefault();
    chosen.form.requestSubmit(chosen);
  });
}
