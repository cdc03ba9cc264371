// A button that prints the page: hidden where there is no JavaScript, because the browser's own menu prints too.
// On paper nothing can be unfolded: what is folded opens for the printer and folds again, whoever asked to print.

export function attach(button) {
  const opened = [];
  button.hidden = false;
  button.addEventListener("click", () => window.print());
  window.addEventListener("beforeprint", () => {
    for (const folded of document.querySelectorAll("main details:not([open])")) {
      folded.open = true;
      opened.push(folded);
    }
  });
  window.addEventListener("afterprint", () => {
    for (const folded of opened.splice(0)) folded.open = false;
  });
}
