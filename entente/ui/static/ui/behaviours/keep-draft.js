// Keeps what is typed in this tab until it is sent. Never files, passwords or codes; gone when the tab is closed.

const leftOut = new Set(["hidden", "password", "file", "submit", "button"]);

function isKept(field) {
  return field.name && !leftOut.has(field.type) && !["one-time-code", "off"].includes(field.autocomplete);
}

function isSwitch(field) {
  return field.type === "checkbox" || field.type === "radio";
}

function read(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? "[]");
  } catch {
    return [];
  }
}

export function attach(form) {
  const key = `draft:${form.dataset.draft || location.pathname}`;
  const fields = [...form.elements].filter(isKept);

  function keep() {
    const typed = fields.map((field) => [field.name, isSwitch(field) ? `${field.value}=${field.checked}` : field.value]);
    try {
      sessionStorage.setItem(key, JSON.stringify(typed));
    } catch {
      // Nothing is kept then; what is typed stays in the form.
    }
  }

  const drafts = read(key);
  for (const field of fields) {
    if (isSwitch(field)) {
      field.checked ||= drafts.some(([name, value]) => name === field.name && value === `${field.value}=true`);
      continue;
    }
    const draft = drafts.find(([name]) => name === field.name);
    // What the server sent back counts more than an older draft.
    if (!draft || field.value) continue;
    field.value = draft[1];
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  form.addEventListener("input", keep);
  form.addEventListener("submit", () => {
    try {
      sessionStorage.removeItem(key);
    } catch {
      // Nothing was kept.
    }
  });
}
