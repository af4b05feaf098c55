// Offers the browser's time zone: a button beside the select, and a question on the first visit.
"use strict";

const browserZone = Intl.DateTimeFormat().resolvedOptions().timeZone || "";

for (const button of document.querySelectorAll("[data-zone-fill]")) {
  const select = document.getElementById(button.dataset.zoneFill);
  if (![...select.options].some((option) => option.value === browserZone)) continue;
  button.hidden = select.value === browserZone;
  button.textContent = button.dataset.zoneText.replace("{zone}", browserZone);
  button.addEventListener("click", () => {
    select.value = browserZone;
    select.form.requestSubmit();
  });
}

function offerZone() {
  for (const offer of document.querySelectorAll("[data-zone-offer]")) {
    if (!browserZone || browserZone === offer.dataset.zoneOffer) continue;
    for (const name of offer.querySelectorAll("[data-zone-name]")) name.textContent = browserZone;
    offer.querySelector("button[data-zone-value]").value = browserZone;
    offer.hidden = false;
  }
}

offerZone();
document.addEventListener("figures:fresh", offerZone);
