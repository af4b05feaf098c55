// Passkeys (Web Authentication Level 3): a form with data-passkey asks the browser for one and sends what it says.
"use strict";

const canUsePasskeys = Boolean(window.PublicKeyCredential?.parseRequestOptionsFromJSON);

async function readOptions(form) {
  if (form.dataset.passkey !== "login") return JSON.parse(document.getElementById("passkey-options").textContent).publicKey;
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
  return (await answer.json()).request_options.publicKey;
}

// What signs in alone must hold the account's name itself and make sure who uses it.
function askFor(options, isAlone) {
  options.authenticatorSelection = {
    ...options.authenticatorSelection,
    residentKey: isAlone ? "required" : "discouraged",
    requireResidentKey: isAlone,
    userVerification: isAlone ? "required" : "preferred",
  };
  return options;
}

async function makeCredential(form) {
  const options = await readOptions(form);
  if (form.dataset.passkey !== "create") {
    return navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
  }
  const asked = askFor(options, form.elements.passwordless.checked);
  return navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(asked) });
}

async function start(form, button) {
  const [failed, known] = ["failed", "known"].map((end) => form.querySelector(`[data-passkey-${end}]`));
  button.disabled = failed.hidden = known.hidden = true;
  try {
    form.elements.credential.value = JSON.stringify(await makeCredential(form));
    form.submit();
  } catch (error) {
    // Cancelled, too late, or no such passkey: the browser tells scripts no more than that, but for who makes a second one.
    (error.name === "InvalidStateError" ? known : failed).hidden = false;
    button.disabled = false;
  }
}

for (const form of canUsePasskeys ? document.querySelectorAll("[data-passkey]") : []) {
  const button = form.querySelector("[data-passkey-start]");
  button.hidden = false;
  form.querySelector("[data-passkey-missing]")?.setAttribute("hidden", "");
  button.addEventListener("click", () => start(form, button));
  form.addEventListener("submit", (event) => { event.preventDefault(); start(form, button); }); // Enter in a field
}
