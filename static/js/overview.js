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

function giveTip(target, text) {
  target.dataset.tip = text;
  target.setAttribute("aria-label", text);
  if (!target.hasAttribute("href") && !target.hasAttribute("role")) target.setAttribute("role", "img"); // else no name
  target.addEventListener("pointerenter", () => showTip(target));
  target.addEventListener("pointerleave", hideTip);
  target.addEventListener("focus", () => showTip(target));
  target.addEventListener("blur", hideTip);
}

function takeTitles() {
  for (const title of document.querySelectorAll("main svg title")) {
    giveTip(title.parentElement, title.textContent);
    title.remove();
  }
}

// --- the calendar: each day becomes a link over the picture, with the figures of the table behind it ---

const PITCH = 21; // as in charts/heatmap.py
const TOP = 22;
const SVG = "http://www.w3.org/2000/svg";
const DAY = 86400000; // milliseconds
const isoOf = (time) => new Date(time).toISOString().slice(0, 10);

// Address and text of each day of the table; an address without a date is that of today.
function readDays(table, today) {
  const [, ...names] = [...table.tHead.rows[0].cells].map((cell) => cell.textContent);
  return new Map([...table.querySelectorAll("th > a")].map((link) => {
    const [on, ...figures] = [...link.closest("tr").cells].map((cell) => cell.textContent.trim());
    const href = link.getAttribute("href");
    const text = `${on}: ${figures.map((figure, n) => `${names[n]} ${figure}`).join(" · ")}`;
    return [href.match(/\d{4}-\d{2}-\d{2}/)?.[0] || today, { href, text }];
  }));
}

function sayDay(time) {
  const format = { weekday: "short", day: "numeric", month: "short", year: "numeric", timeZone: "UTC" };
  const locale = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang;
  return new Date(time).toLocaleDateString(locale, format).replace(",", "");
}

function takeDays() {
  for (const calendar of document.querySelectorAll(".heatmap-year")) {
    const { start, first, days, pages, nothing } = calendar.dataset;
    const chosen = calendar.querySelector("[data-chosen]")?.dataset.chosen;
    const today = calendar.querySelector("[data-today]")?.dataset.today;
    const known = readDays(calendar.closest("section").querySelector(".days"), today);
    const rings = calendar.querySelector(".ring");
    for (let n = 0, time = Date.parse(first); n < Number(days); n += 1, time += DAY) {
      const on = isoOf(time);
      const place = Math.round((time - Date.parse(start)) / DAY);
      const link = document.createElementNS(SVG, "a");
      const square = document.createElementNS(SVG, "rect");
      square.setAttribute("x", Math.floor(place / 7) * PITCH);
      square.setAttribute("y", TOP + (place % 7) * PITCH);
      link.append(square);
      const day = known.get(on) || { href: pages && pages + on, text: `${sayDay(time)}: ${nothing}` };
      if (day.href) link.setAttribute("href", day.href);
      link.setAttribute("tabindex", "-1");
      if (on === chosen) link.setAttribute("aria-current", "date");
      giveTip(link, day.text);
      calendar.insertBefore(link, rings);
    }
    calendar.setAttribute("role", "group");
  }
}

// --- the hours of the week: each dot says what the table behind them has at its place ---

const FIRST_ROW = 12; // as in charts/punchcard.py
const ROW = 22;

function takeDots() {
  for (const card of document.querySelectorAll(".punch-card")) {
    const rows = card.closest("section").querySelector(".days")?.rows; // the hours, below the weekdays
    for (const dot of card.querySelectorAll("circle")) {
      const hour = rows[1 + Math.floor(parseFloat(dot.getAttribute("cx")) / 100 * 24)];
      const column = 1 + Math.round((dot.getAttribute("cy") - FIRST_ROW) / ROW);
      const [weekday, time, count] = [rows[0].cells[column], hour.cells[0], hour.cells[column]].map((cell) => cell.textContent);
      giveTip(dot, `${weekday} ${time}: ${card.dataset.measure} ${count}`);
    }
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

function takeAll() {
  takeTitles();
  takeDays();
  takeDots();
  takeArrows();
}

takeAll();
showChosenDay();
document.addEventListener("figures:fresh", () => { hideTip(); takeAll(); });
