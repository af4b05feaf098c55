// The overview: tooltips at once instead of after a second, and arrow keys inside charts.
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

function takeTitles() {
  for (const title of document.querySelectorAll("main svg title")) {
    const target = title.parentElement;
    target.dataset.tip = title.textContent;
    target.setAttribute("aria-label", title.textContent);
    if (!target.hasAttribute("href") && !target.hasAttribute("role")) target.setAttribute("role", "img"); // else no name
    title.remove();
    target.addEventListener("pointerenter", () => showTip(target));
    target.addEventListener("pointerleave", hideTip);
    target.addEventListener("focus", () => showTip(target));
    target.addEventListener("blur", hideTip);
  }
}

document.addEventListener("keydown", (event) => { if (event.key === "Escape") hideTip(); });
document.addEventListener("scroll", hideTip, { capture: true, passive: true });

// --- arrow keys: a chart is one stop of the Tab key (none without this script, where the table has the links);
// inside it the arrows move ---

function takeArrows() {
  for (const chart of document.querySelectorAll("svg[data-arrows]")) {
    const stops = [...chart.querySelectorAll("a")];
    let current = chart.querySelector("a[aria-current]") || stops.at(-1);
    current?.setAttribute("tabindex", "0");
    const column = Number(chart.dataset.arrows); // how many stops a column has
    const ends = { Home: -stops.length, End: stops.length };
    const steps = { ArrowLeft: -column, ArrowRight: column, ArrowUp: -1, ArrowDown: 1, ...ends };
    chart.addEventListener("focusin", (event) => {
      current.setAttribute("tabindex", "-1");
      current = event.target;
      current.setAttribute("tabindex", "0");
    });
    chart.addEventListener("keydown", (event) => {
      const step = steps[event.key];
      const from = stops.indexOf(event.target);
      if (!step || from < 0) return;
      event.preventDefault();
      stops[Math.min(Math.max(0, from + step), stops.length - 1)].focus();
    });
  }
}

// --- a calendar that scrolls starts at the day that the page shows ---

function showChosenDay() {
  const chosen = document.querySelector(".heatmap-scroll a[aria-current]");
  const frame = chosen?.closest(".heatmap-scroll");
  if (!frame || frame.scrollWidth <= frame.clientWidth) return;
  const [day, box] = [chosen.getBoundingClientRect(), frame.getBoundingClientRect()];
  if (day.left < box.left || day.right > box.right) frame.scrollLeft += day.left - box.left - box.width / 2;
}

takeTitles();
takeArrows();
showChosenDay();
document.addEventListener("figures:fresh", () => { hideTip(); takeTitles(); takeArrows(); });
