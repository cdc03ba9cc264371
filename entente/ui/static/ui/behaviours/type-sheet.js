// Typing a paper sheet in: 1, 2 and 3 go on to the next box, so do the arrow down, the space bar and 0, which leave
// the box empty; the arrow up and a second backspace go back. Enter saves, as in every form.
// The next sheet comes into the same page: keys typed while one is sent wait, and are typed into the next.

const digits = /^[123\u0661-\u0663\u06f1-\u06f3]$/;
const others = ["0", " ", "ArrowDown", "ArrowUp", "Backspace", "Enter"];
let waiting = null; // keys typed while a sheet is sent

document.addEventListener("keydown", (event) => {
  if (!waiting || event.ctrlKey || event.metaKey || event.altKey) return;
  if (!digits.test(event.key) && !others.includes(event.key)) return;
  event.preventDefault();
  event.stopPropagation();
  if (!event.repeat) waiting.push(event.key);
}, true);

export function attach(form) {
  const boxes = [...form.querySelectorAll(".sheet-line input")];
  const save = form.querySelector("button[type='submit']");

  function go(from, step) {
    const next = boxes[boxes.indexOf(from) + step];
    if (next) {
      next.focus();
      next.select();
    } else if (step > 0) save.focus();
  }

  function take(box, key) {
    if (key === "ArrowDown") go(box, 1);
    else if (key === "ArrowUp") go(box, -1);
    else if (key === " " || key === "0") {
      box.value = "";
      go(box, 1);
    } else if (key === "Backspace" && !box.value) go(box, -1);
    else if (digits.test(key)) {
      box.value = key;
      go(box, 1);
    } else return false;
    return true;
  }

  form.addEventListener("keydown", (event) => {
    const box = event.target;
    if (!boxes.includes(box) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (take(box, event.key)) event.preventDefault();
  });

  // What was typed meanwhile; after Enter the rest waits for the sheet after this one.
  function type(keys) {
    while (keys.length) {
      const key = keys.shift();
      const box = document.activeElement;
      if (key === "Enter") {
        form.requestSubmit(save);
        waiting.push(...keys);
        return;
      }
      if (!boxes.includes(box)) continue;
      if (key === "Backspace" && box.value) box.value = "";
      else take(box, key);
    }
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (waiting) return;
    waiting = [];
    const sent = new FormData(form);
    form.setAttribute("aria-busy", "true");
    for (const box of boxes) box.readOnly = true;
    let answer, next;
    try {
      answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(sent), cache: "no-store" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (page.querySelector("main .sheet")) next = page;
    } catch {
      // The line is down: the browser says so, and sends the same sheet again when asked to.
    }
    const keys = waiting;
    waiting = null;
    if (!next) {
      form.submit(); // counted once, however often it is sent
      return;
    }
    document.title = next.title;
    document.querySelector("main").replaceChildren(...next.querySelector("main").childNodes);
    history.replaceState(null, "", answer.url);
    const typed = attach(document.querySelector("main .sheet"));
    if (answer.ok) typed(keys); // keys for another sheet never land in one that came back
    else document.querySelector("[data-behaviour~='focus-errors']")?.focus();
  });

  const wrong = form.querySelector(".field-wrong input");
  if (!document.querySelector("[data-behaviour~='focus-errors']")) (wrong ?? boxes[0])?.focus();
  return type;
}
