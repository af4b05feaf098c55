// Figures that stay fresh: asks a tiny address whether anything changed, and only then fetches the page again and takes
// its figures over, without losing the place, the focus or what is unfolded.
"use strict";

const SOONEST = 2000; // milliseconds between two questions
const LATEST = 15000;
const PATIENT = 30; // questions without news before they become rarer
const SLOWER = 1.2;

let quiet = 0; // questions without news
let timer = 0;
let shownAt = performance.now();

const region = () => document.querySelector("[data-live]");

// --- asking ---

function askLater() {
  clearTimeout(timer);
  timer = setTimeout(ask, Math.min(SOONEST * SLOWER ** Math.max(0, quiet - PATIENT), LATEST));
}

async function ask() {
  if (document.visibilityState !== "visible") return; // coming back asks at once
  const shown = region();
  if (!shown) return; // what took the place of the page has no figures
  const headers = { "If-None-Match": shown.dataset.version };
  const answer = await fetch(shown.dataset.live, { headers, cache: "no-store" }).catch(() => null);
  if (answer?.status === 403) return; // signed out elsewhere: nothing more to ask
  const isFresh = answer?.status === 204 && !isReading(shown) && (await takeFresh(shown));
  quiet = isFresh || "waiting" in (region()?.dataset || {}) ? 0 : quiet + 1;
  sayAge();
  askLater();
}

// Whoever has marked some of the text would lose it.
function isReading(shown) {
  const selection = getSelection();
  return !selection.isCollapsed && shown.contains(selection.anchorNode);
}

function askAtOnce() {
  clearTimeout(timer);
  quiet = 0;
  ask();
}

// --- taking over ---

async function takeFresh(shown) {
  const answer = await fetch(location.href, { redirect: "manual", cache: "no-store" }).catch(() => null);
  if (!answer?.ok) return false;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("[data-live]");
  if (!fresh) return false;
  const restore = remember(shown);
  document.title = page.title;
  shown.replaceWith(document.adoptNode(fresh));
  document.dispatchEvent(new Event("figures:fresh"));
  restore(fresh);
  return true;
}

// What the visitor did to the figures: unfolded, scrolled, focused. Found again by kind and place, or by address.
function remember(shown) {
  const frames = ".heatmap-scroll, .table-wrap, .switch";
  const unfolded = all(shown, "details").map((details) => details.open);
  const scrolled = all(shown, frames).map((frame) => [frame.scrollLeft, frame.scrollTop]);
  const focused = shown.contains(document.activeElement) ? document.activeElement : null;
  const alike = focused && likeness(focused);
  const nth = focused && all(shown, alike).indexOf(focused);
  const place = [scrollX, scrollY];
  return (fresh) => {
    all(fresh, "details").forEach((details, n) => { details.open = unfolded[n] || false; });
    all(fresh, frames).forEach((frame, n) => { [frame.scrollLeft, frame.scrollTop] = scrolled[n] || [0, 0]; });
    if (focused) all(fresh, alike)[nth]?.focus({ preventScroll: true });
    scrollTo(...place);
  };
}

function all(root, selector) {
  return [...root.querySelectorAll(selector)];
}

function likeness(element) {
  const address = element.getAttribute("href");
  return address === null ? element.localName : `${element.localName}[href="${CSS.escape(address)}"]`;
}

// --- how old ---

function sayAge() {
  const text = document.querySelector("[data-age]");
  if (text) text.textContent = age(Number(text.dataset.age) + (performance.now() - shownAt) / 1000);
}

function age(seconds) {
  const units = [[86400, "day"], [3600, "hour"], [60, "minute"]];
  const [size, unit] = units.find(([least]) => seconds >= least) || [1, "second"];
  const count = Math.floor(seconds / size);
  const words = new Intl.RelativeTimeFormat(document.documentElement.lang).format(-count, unit);
  return words.replace(" ", "\u00a0");
}

if (region()) {
  document.addEventListener("visibilitychange", askAtOnce);
  document.addEventListener("figures:fresh", () => { shownAt = performance.now(); askLater(); });
  askLater();
}
