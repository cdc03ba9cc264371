// Light, dark or as the device is set: kept in this browser only.

export function attach(group) {
  const buttons = [...group.querySelectorAll("[data-theme-value]")];

  function show(chosen) {
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.themeValue === chosen));
  }

  function choose(chosen) {
    if (chosen === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = chosen;
    try {
      if (chosen === "system") localStorage.removeItem("theme");
      else localStorage.setItem("theme", chosen);
    } catch {
      // The choice then lasts for this page.
    }
    show(chosen);
  }

  for (const button of buttons) button.addEventListener("click", () => choose(button.dataset.themeValue));
  show(document.documentElement.dataset.theme ?? "system");
  group.hidden = false;
}
