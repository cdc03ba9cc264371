// A button that prints the page: hidden where there is no JavaScript, because the browser's own menu prints too.

export function attach(button) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
