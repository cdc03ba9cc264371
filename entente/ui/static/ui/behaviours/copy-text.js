// A button that copies: data-behaviour="copy-text" data-copy="the text" data-copied="Copied".

export function attach(button) {
  if (!navigator.clipboard) {
    button.hidden = true;
    return;
  }
  const said = document.createElement("span");
  said.setAttribute("role", "status");
  said.className = "soft small";
  button.after(said);
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    said.textContent = button.dataset.copied;
    setTimeout(() => { said.textContent = ""; }, 4000);
  });
}
