// Asks every second how far a piece of work is, until the answer carries data-done or somebody leaves the page.
// data-behaviour="poll-progress" data-url="address of the fragment"; when done, data-next is where to go.
// data-every: seconds between two questions. data-awake: somebody looks at it all evening without touching anything.

const second = 1000;
const longest_pause = 15 * second;

export function attach(frame) {
  const usual = Number(frame.dataset.every || 1) * second;
  const headers = "awake" in frame.dataset ? {} : { "X-Fragment": "progress" };
  let pause = usual;

  async function ask() {
    if (!frame.isConnected) return;
    try {
      const answer = await fetch(frame.dataset.url, { headers, cache: "no-store" });
      if (!answer.ok) throw new Error(String(answer.status));
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("[data-behaviour~='poll-progress']");
      if (!fresh) return;
      // The same again stays as it is: nothing flickers, and no place in it is lost.
      if (frame.innerHTML !== fresh.innerHTML) {
        frame.className = fresh.className;
        frame.replaceChildren(...fresh.childNodes);
      }
      pause = usual;
      if ("done" in fresh.dataset) {
        if (fresh.dataset.next) location.assign(fresh.dataset.next);
        return;
      }
    } catch {
      // The line may be down for a moment: ask again, less and less often.
      pause = Math.min(pause * 2, Math.max(longest_pause, usual));
    }
    setTimeout(ask, pause);
  }

  if (!("done" in frame.dataset)) setTimeout(ask, pause);
}
