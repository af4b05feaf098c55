// Switches, filters, sorting and paging take over the main part of the page that they lead to, without the flash of a new
// one (htmx). Here: what htmx leaves open, which is the focus, what is said of waiting, and answers that are no such page.
"use strict";

const main = () => document.getElementById("content");
let findFocus = null; // in what comes

// A link is known again by its words and by the list that it stands in; a field has an id, of which htmx takes care. The
// next page of a list is read from its top on.
function findAgain(focused) {
  if (focused.localName !== "a" || !main().contains(focused) || focused.closest("[hx-swap]") !== main()) return main;
  const frame = (link) => link.closest("[aria-label], [aria-labelledby], table")?.getAttribute("aria-label");
  const [words, name] = [focused.textContent, frame(focused)];
  return () => [...main().querySelectorAll("a")].find((a) => a.textContent === words && frame(a) === name && a.checkVisibility()) || main();
}

// While the page is on its way the stylesheet shows blocks in place of figures (`.htmx-request`); this is for who hears it.
document.addEventListener("htmx:beforeRequest", (event) => {
  closeAlert();
  for (const part of [main(), event.detail.elt]) part.setAttribute("aria-busy", "true");
});
document.addEventListener("htmx:afterRequest", (event) => {
  for (const part of [main(), event.detail.elt]) part.removeAttribute("aria-busy");
});

document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, pathInfo } = event.detail;
  const [asked, came] = [pathInfo.requestPath, pathInfo.responsePath].map((path) => new URL(path, location).pathname);
  event.detail.shouldSwap = false;
  if (xhr.status >= 500) sayWhyNot(event, "error");
  else if (came !== asked) location.assign(pathInfo.responsePath); // the sign-in, say
  else if (!/id="content"/.test(xhr.responseText)) location.assign(pathInfo.finalRequestPath); // a proxy's page, say
  else {
    event.detail.shouldSwap = true;
    findFocus = document.activeElement.id ? null : findAgain(document.activeElement);
  }
});

document.addEventListener("htmx:afterSettle", () => {
  if (document.activeElement === document.body) findFocus?.().focus({ preventScroll: true }); // else somebody was quicker
  findFocus = null;
  document.dispatchEvent(new Event("figures:fresh"));
});

// --- what did not come: the page stays as it is and says so ---

const closeAlert = () => document.querySelector("[data-closes]")?.closest(".alert").remove();

function sayWhyNot(event, reason) {
  main().append(document.getElementById("not-loaded").content.cloneNode(true));
  const alert = main().lastElementChild;
  for (const why of alert.querySelectorAll("[data-why]")) if (why.dataset.why !== reason) why.remove();
  alert.querySelector("a").href = event.detail.pathInfo.finalRequestPath;
  htmx.process(alert);
}

document.addEventListener("htmx:sendError", (event) => sayWhyNot(event, "silence"));
document.addEventListener("htmx:timeout", (event) => sayWhyNot(event, "slow"));
document.addEventListener("click", (event) => { if (event.target.closest("[data-closes]")) closeAlert(); });
