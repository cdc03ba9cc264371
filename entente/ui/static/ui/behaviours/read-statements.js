// Reading many statements without leaving the page: j k a r x z and the numbers of the reasons.
// Every form posts as it would without JavaScript; the list is taken from the page that comes back.

export function attach(region) {
  const said = document.createElement("p");
  said.className = "heard-only";
  said.setAttribute("role", "status");
  region.before(said);
  let at = 0;
  let sending = false;

  const rows = () => [...region.querySelectorAll("[data-row]")];

  function go(place, list = rows()) {
    at = Math.max(0, Math.min(place, list.length - 1));
    list[at]?.focus({ preventScroll: true });
    list[at]?.scrollIntoView({ block: "nearest" });
  }

  function count() {
    const line = region.querySelector("[data-chosen]");
    const number = region.querySelectorAll("[name=chosen]:checked").length;
    if (line) line.textContent = number ? line.dataset.chosen.replace("{n}", number) : "";
    const isIdle = !number && !region.querySelector(".queue-bar .field-wrong");
    region.querySelector(".queue-bar")?.classList.toggle("queue-idle", isIdle);
  }

  async function send(form, button) {
    if (sending) return;
    sending = true;
    const body = new FormData(form, button);
    const place = Number(body.get("place") ?? String(body.get("one") ?? "").split(":")[2] ?? (button.name === "decision" ? 0 : at));
    try {
      const answer = await fetch(form.action, { method: "POST", body });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const list = page.querySelector("[data-behaviour~='read-statements']");
      if (!list) return location.assign(answer.ok ? answer.url : location.href);
      const warned = [...page.querySelectorAll(".messages .notice-due, .messages .notice-late")];
      region.replaceChildren(...warned, ...list.childNodes);
      const wrong = region.querySelector("[role=alert]");
      said.textContent = [...warned, region.querySelector(".queue-last span"), region.querySelector(".queue-progress")]
        .map((part) => part?.textContent.trim() ?? "").join(" ");
      count();
      if (wrong) wrong.focus();
      else go(place || 0);
    } catch {
      location.reload();
    } finally {
      sending = false;
    }
  }

  region.addEventListener("submit", (event) => {
    if (event.target.method !== "post" || !event.submitter) return;
    event.preventDefault();
    send(event.target, event.submitter);
  });

  region.addEventListener("click", (event) => {
    if (!event.target.closest("[data-all]")) return;
    event.preventDefault();
    const boxes = [...region.querySelectorAll("[name=chosen]")];
    const all = boxes.every((box) => box.checked);
    for (const box of boxes) box.checked = !all;
    count();
  });

  region.addEventListener("change", count);
  region.addEventListener("focusin", (event) => {
    const row = event.target.closest("[data-row]");
    if (row) at = rows().indexOf(row);
  });

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");
    if (!region.isConnected || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const row = rows()[at];
    const key = event.key.toLowerCase();
    const isHere = event.target.closest("[data-row]");
    const step = { j: 1, k: -1, arrowdown: isHere && 1, arrowup: isHere && -1 }[key];
    const reasons = row?.querySelector("[data-reasons]");
    if (step) go(at + step);
    else if (event.repeat) return;
    else if (key === "x" && row) row.querySelector("[name=chosen]").click();
    else if (key === "r" && reasons) {
      reasons.open = !reasons.open;
      reasons.querySelector("summary").focus();
    } else if (key === "z") region.querySelector("[data-key=z]")?.click();
    else if (key === "a") row?.querySelector("[data-key=a]")?.click();
    else if (/^[1-9]$/.test(key) && reasons?.open) reasons.querySelector(`[data-key='${key}']`)?.click();
    else return;
    event.preventDefault();
  });

  count();
}
