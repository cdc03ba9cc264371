// A hidden notice that shows when the browser did not use a passkey: data-behaviour="passkey-failed".

export function attach(notice) {
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    notice.hidden = false;
    notice.focus();
  });
}
