// The list of calls by keyboard: j and k move, Enter opens, / goes to the first filter, ? shows the keys.
"use strict";

const help = () => document.getElementById("keys");

function move(step) {
  const calls = [...document.querySelectorAll(".calls .call-at a")];
  const current = calls.indexOf(document.activeElement);
  const next = current < 0 ? (step > 0 ? 0 : calls.length - 1) : current + step;
  calls[Math.min(Math.max(0, next), calls.length - 1)]?.focus();
}

function showFilters() {
  const filters = document.querySelector("details.filters");
  if (!filters) return;
  filters.open = true;
  filters.querySelector("input, select").focus();
}

const actions = {
  j: () => move(1),
  k: () => move(-1),
  "/": showFilters,
  "?": () => help()?.showModal(),
};

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest("input, select, textarea, dialog");
  if (event.key === "Escape" && isTyping && !help()?.open) event.target.blur();
  const action = actions[event.key];
  if (!action || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  action();
});

// Whoever comes back from a call goes on from there.
function findOpened() {
  const opened = history.state?.call;
  [...document.querySelectorAll(".calls .call-at a")].find((a) => a.getAttribute("href") === opened)?.focus({ preventScroll: true });
}

document.addEventListener("click", (event) => {
  const call = event.target.closest(".calls .call-at a");
  if (call) history.replaceState({ ...history.state, call: call.getAttribute("href") }, "");
  if (!event.target.closest("[data-opens=keys]") || !help()) return;
  event.preventDefault();
  help().showModal();
});

// What a form leaves empty need not stand in the address.
const clear = (event) => {
  if (!event.target.matches("form[data-filters]")) return;
  for (const field of event.target.elements) if (field.name && !field.value) field.disabled = true;
};
document.addEventListener("submit", clear, { capture: true }); // before htmx reads the fields
addEventListener("pageshow", () => {
  for (const field of document.querySelectorAll("form[data-filters] :disabled")) field.disabled = false;
});

// On a phone the filters would fill the first screen.
function foldFilters() {
  if (matchMedia("(max-width: 44rem)").matches) document.querySelector("details.filters")?.removeAttribute("open");
}

foldFilters();
findOpened();
document.addEventListener("figures:fresh", foldFilters);
