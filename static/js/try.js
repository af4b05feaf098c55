// The form on /api: asks this server with the token that was pasted, and shows the answer. Keeps nothing.
"use strict";

for (const form of document.querySelectorAll("form[data-try]")) {
  const field = (name) => form.querySelector(`#try-${name}`);
  const status = form.querySelector("[data-try-status]");
  const answer = form.querySelector("[data-try-answer]");
  const shown = 20000; // characters: a page of 10,000 calls would stop the browser

  const fillExample = () => { field("query").value = field("path").selectedOptions[0].dataset.example; };
  field("path").addEventListener("change", fillExample);
  fillExample();
  form.hidden = false;

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    status.textContent = form.dataset.asking;
    answer.hidden = true;
    const query = field("query").value.trim().replace(/^\?/, "");
    try {
      const response = await fetch(field("path").value + (query && `?${query}`), {
        headers: { Authorization: `Bearer ${field("token").value.trim()}`, Accept: field("accept").value },
        credentials: "omit",
        cache: "no-store",
        redirect: "error",
      });
      const text = await response.text();
      const kind = response.headers.get("Content-Type") || "";
      const pretty = kind.includes("json") ? JSON.stringify(JSON.parse(text), null, 2) : text;
      const said = { status: `${response.status} ${response.statusText}`, count: text.length.toLocaleString("en") };
      status.textContent = form.dataset.answered.replace(/\{(\w+)\}/g, (_place, name) => said[name]);
      answer.textContent = pretty.length > shown ? `${pretty.slice(0, shown)}\n…` : pretty;
      answer.hidden = false;
    } catch {
      status.textContent = form.dataset.failed;
    }
  });
}
