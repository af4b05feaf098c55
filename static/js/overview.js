// The overview: tooltips at once instead of after a second, arrow keys inside charts, and fresh figures by themselves.
"use strict";

// --- tooltips: the text of an SVG element's <title>, shown on hover and on focus alike ---

const tip = document.createElement("div");
tip.className = "tip";
tip.hidden = true;
document.body.append(tip);

function showTip(target) {
  tip.textContent = target.dataset.tip;
  tip.hidden = false;
  const box = (target.querySelector(".hover") || target).getBoundingClientRect();
  const bubble = tip.getBoundingClientRect();
  const left = Math.min(Math.max(8, box.left + box.width / 2 - bubble.width / 2), innerWidth - bubble.width - 8);
  const above = box.top - bubble.height - 8;
  tip.style.left = `${left + scrollX}px`;
  tip.style.top = `${(above > 8 ? above : box.bottom + 8) + scrollY}px`;
}

function hideTip() {
  tip.hidden = true;
}

for (const title of document.querySelectorAll("main svg title")) {
  const target = title.parentElement;
  target.dataset.tip = title.textContent;
  target.setAttribute("aria-label", title.textContent);
  title.remove();
  target.addEventListener("pointerenter", () => showTip(target));
  target.addEventListener("pointerleave", hideTip);
  target.addEventListener("focus", () => showTip(target));
  target.addEventListener("blur", hideTip);
}
document.addEventListener("keydown", (event) => { if (event.key === "Escape") hideTip(); });
document.addEventListener("scroll", hideTip, { capture: true, passive: true });

// --- arrow keys: a chart is one stop of the Tab key (none without this script, where the table has the links);
// inside it the arrows move ---

for (const chart of document.querySelectorAll("svg[data-arrows]")) {
  const stops = [...chart.querySelectorAll("a")];
  stops.at(-1)?.setAttribute("tabindex", "0");
  const column = Number(chart.dataset.arrows); // how many stops a column has
  const steps = { ArrowLeft: -column, ArrowRight: column, ArrowUp: -1, ArrowDown: 1, Home: -stops.length, End: stops.length };
  chart.addEventListener("keydown", (event) => {
    const step = steps[event.key];
    const from = stops.indexOf(event.target);
    if (!step || from < 0) return;
    event.preventDefault();
    const to = Math.min(Math.max(0, from + step), stops.length - 1);
    stops[from].setAttribute("tabindex", "-1");
    stops[to].setAttribute("tabindex", "0");
    stops[to].focus();
  });
}

// --- fresh figures: while dates are rebuilt or nothing has arrived yet, look again until the page changes ---

const waiting = document.querySelector("[data-refresh]");

async function look() {
  if (document.visibilityState === "visible") {
    const answer = await fetch(location.href, { credentials: "same-origin" }).catch(() => null);
    if (answer && answer.ok && !answer.redirected) {
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-refresh]");
      if (!fresh || fresh.textContent !== waiting.textContent) {
        location.reload();
        return;
      }
    }
  }
  setTimeout(look, 2000);
}

if (waiting) setTimeout(look, 2000);
