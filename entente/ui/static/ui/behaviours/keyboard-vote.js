// Voting without leaving the page: by button, by 1 2 3 or by the letters the buttons carry in data-key.
// The form posts as it would without JavaScript; what comes back, a part or a whole page, holds the next card.
// An answer that does not get through is kept and sent again: however often it arrives, it counts once.

const second = 1000;
const lost = [502, 503, 504];

export function attach(region) {
  region.dataset.keys = "";
  const said = document.createElement("p");
  said.className = "heard-only";
  said.setAttribute("role", "status");
  const notice = document.createElement("div");
  region.before(notice);
  region.after(said);
  let [sending, pause, again] = [false, second]; // again: the timer, while an answer is kept

  function show(next, button) {
    region.replaceChildren(...next.childNodes);
    const problem = region.querySelector(".notice")?.textContent.trim() ?? button.dataset.said ?? "";
    const words = region.querySelector(".vote-statement, h2")?.textContent.trim() ?? "";
    said.textContent = `${problem} ${words}`.replace(/\s+/g, " ");
    // The pressed button is gone with its card: the same one of the new card takes its place, or the last words.
    const same = region.querySelector(`[data-vote] button[value="${CSS.escape(button.value)}"]`);
    (same ?? region.querySelector("h2[tabindex]") ?? document.querySelector("main")).focus();
  }

  // An answer that was not taken comes back as a page without a card, which says why: that page is shown.
  function showPage(page) {
    const main = document.querySelector("main");
    main.replaceChildren(...page.querySelector("main").childNodes);
    document.title = page.title;
    main.focus();
  }

  function keep(form, button, words, wait) {
    const reason = words ?? document.querySelector("template[data-kept]")?.content.cloneNode(true);
    const sentences = [...(reason?.querySelectorAll("p") ?? [])].map((one) => one.textContent);
    if (!notice.hasChildNodes()) said.textContent = sentences.join(" ");
    if (reason) notice.replaceChildren(reason);
    again = setTimeout(send, wait ?? pause, form, button);
    pause = Math.min(2 * pause, 30 * second);
  }

  function taken(answer, text, form, button) {
    const page = new DOMParser().parseFromString(text, "text/html");
    const wait = page.querySelector("[data-wait]");
    if (wait) return void keep(form, button, wait, second * Number(answer.headers.get("Retry-After")));
    notice.replaceChildren();
    pause = second;
    const next = page.querySelector("[data-behaviour~='keyboard-vote']");
    if (next) show(next, button);
    else if (answer.ok) location.assign(answer.url); // every statement is answered
    else if (page.querySelector("main")) showPage(page);
    else location.reload();
  }

  async function send(form, button) {
    again = clearTimeout(again);
    sending = true;
    const body = new FormData(form);
    body.set(button.name, button.value);
    const [headers, signal] = [{ "X-Fragment": "card" }, AbortSignal.timeout?.(20 * second)];
    try {
      const answer = await fetch(form.action, { method: "POST", body, headers, signal });
      const text = await answer.text();
      if (lost.includes(answer.status)) keep(form, button);
      else taken(answer, text, form, button);
    } catch {
      keep(form, button);
    } finally {
      sending = false;
    }
  }

  region.addEventListener("submit", (event) => {
    if (!event.submitter || !event.target.matches("[data-vote]")) return;
    event.preventDefault();
    if (!sending) send(event.target, event.submitter);
  });

  region.addEventListener("keydown", (event) => {
    // A key held down would answer one statement after the other.
    if (event.repeat && event.key === "Enter" && event.target.matches("[data-vote] button")) event.preventDefault();
  });

  window.addEventListener("beforeunload", (event) => again && event.preventDefault()); // one is still on its way

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
