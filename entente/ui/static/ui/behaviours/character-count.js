// Says how many characters are left: <textarea maxlength> in an element with
// data-behaviour="character-count" data-left="{n} characters left" and an element of class "count" in it.

export function attach(frame) {
  const field = frame.querySelector("textarea[maxlength], input[maxlength]");
  const words = frame.querySelector(".count");
  if (!field || !words) return;
  const limit = Number(field.getAttribute("maxlength"));
  words.setAttribute("role", "status");

  function count() {
    const left = limit - field.value.length;
    words.textContent = frame.dataset.left.replace("{n}", String(left));
    // Read aloud only near the end: a number after every letter is noise.
    words.setAttribute("aria-live", left <= 20 ? "polite" : "off");
  }

  field.addEventListener("input", count);
  count();
}
