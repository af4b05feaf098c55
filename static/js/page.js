// Small comforts for every page; each page works without them.
"use strict";

// Buttons with data-copy put that text on the clipboard and say so.
function takeCopyButtons() {
  for (const button of document.querySelectorAll("[data-copy][hidden]")) {
    if (!navigator.clipboard) continue; // plain HTTP beyond loopback: the text is still selectable
    button.hidden = false;
    const label = button.textContent;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.textContent = document.body.dataset.copied;
      setTimeout(() => { button.textContent = label; }, 2000);
    });
  }
}

takeCopyButtons();
document.addEventListener("figures:fresh", takeCopyButtons);

// A menu closes on Escape and on a click beside it.
for (const menu of document.querySelectorAll("details.menu")) {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
  document.addEventListener("click", (event) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
}

// A form that came back begins where it is wrong.
document.querySelector("main [aria-invalid=true]")?.focus();

// Hidden fields with data-time-zone carry the browser's zone; the server checks it.
for (const field of document.querySelectorAll("input[data-time-zone]")) {
  field.value = Intl.DateTimeFormat().resolvedOptions().timeZone || "";
}
