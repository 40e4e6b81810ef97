// The overview keeps itself up to date. Asking does not keep the session alive: when it is over, the page goes to the login.
"use strict";

const EVERY_MS = 10000;
const policy = window.trustedTypes
  ? window.trustedTypes.createPolicy("abholfach", { createHTML: (text) => text })
  : { createHTML: (text) => text };

const live = document.querySelector("[data-live]");
let shown = "";

async function look() {
  if (document.hidden || live.contains(document.activeElement)) {
    return; // nothing moves under a finger or a caret
  }
  const answer = await fetch(live.dataset.live, { cache: "no-store", redirect: "manual" });
  if (answer.type === "opaqueredirect") {
    window.location.assign("/login?said=office_session_over");
    return;
  }
  const text = await answer.text();
  if (answer.ok && text !== shown) {
    shown = text;
    live.innerHTML = policy.createHTML(text);
  }
}

if (live) {
  window.setInterval(() => look().catch(() => {}), EVERY_MS);
}
