// Switches, filters, sorting and paging take over the main part of the page that they lead to, without the flash of a new
// one (htmx). Here: what htmx leaves open, which is the focus, and answers that are no page of ours.
"use strict";

const main = () => document.getElementById("content");
let findFocus = null; // in what comes

// A link is known again by its words and by the list that it stands in; a field has an id, of which htmx takes care.
function findAgain(focused) {
  if (focused.localName !== "a" || !main().contains(focused) || focused.rel === "next") return main;
  const frame = (link) => link.closest("[aria-label], [aria-labelledby], table")?.getAttribute("aria-label");
  const [words, name] = [focused.textContent, frame(focused)];
  return () => [...main().querySelectorAll("a")].find((a) => a.textContent === words && frame(a) === name) || main();
}

document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, pathInfo } = event.detail;
  if (!/id="content"/.test(xhr.responseText)) { // a proxy's page, say: the browser shows it better
    event.detail.shouldSwap = false;
    location.assign(pathInfo.finalRequestPath);
    return;
  }
  findFocus = document.activeElement.id ? null : findAgain(document.activeElement);
});

document.addEventListener("htmx:afterSettle", () => {
  findFocus?.().focus({ preventScroll: true });
  findFocus = null;
  document.dispatchEvent(new Event("figures:fresh"));
});

for (const failure of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(failure, (event) => location.assign(event.detail.pathInfo.finalRequestPath));
}
