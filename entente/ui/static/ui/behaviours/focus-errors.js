// After a form came back, reading starts at what went wrong.

export function attach(list) {
  list.focus();
}
