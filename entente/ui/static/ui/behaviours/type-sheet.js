// Typing a paper sheet in: 1, 2 and 3 go on to the next box, so do the arrow down, the space bar and 0, which leave
// the box empty; the arrow up and a second backspace go back. Enter saves, as in every form.

const digits = /^[123\u0661-\u0663\u06f1-\u06f3]$/;

export function attach(form) {
  const boxes = [...form.querySelectorAll(".sheet-line input")];
  const save = form.querySelector("button[type='submit']");
  let sent = false;

  function go(from, step) {
    const next = boxes[boxes.indexOf(from) + step];
    if (next) {
      next.focus();
      next.select();
    } else if (step > 0) save.focus();
  }

  form.addEventListener("keydown", (event) => {
    const box = event.target;
    if (!boxes.includes(box) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "ArrowDown") go(box, 1);
    else if (event.key === "ArrowUp") go(box, -1);
    else if (event.key === " " || event.key === "0") {
      box.value = "";
      go(box, 1);
    } else if (event.key === "Backspace" && !box.value) go(box, -1);
    else if (digits.test(event.key)) {
      box.value = event.key;
      go(box, 1);
    } else return;
    event.preventDefault();
  });

  form.addEventListener("submit", (event) => {
    if (sent) event.preventDefault();
    sent = true;
  });
  window.addEventListener("pageshow", () => { sent = false; });

  const wrong = form.querySelector(".field-wrong input");
  if (!document.querySelector("[data-behaviour~='focus-errors']")) (wrong ?? boxes[0])?.focus();
}
