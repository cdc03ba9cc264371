// Leaves a page that nobody touches any more: data-behaviour="leave-in-silence" data-after="180" data-url="/where/".
// Without JavaScript the page says the same in a <noscript><meta http-equiv="refresh">.

export function attach(mark) {
  const silence = Number(mark.dataset.after) * 1000;
  let timer = 0;

  function wait() {
    clearTimeout(timer);
    timer = setTimeout(() => location.assign(mark.dataset.url), silence);
  }

  for (const touch of ["pointerdown", "pointermove", "keydown", "scroll", "wheel"]) {
    window.addEventListener(touch, wait, { passive: true });
  }
  wait();
}
