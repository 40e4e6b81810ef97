// The tactile keypad: arrows move from control to control in reading order, Enter presses, Escape goes back. Digits go to the entry
// (pages.js). Whatever a pointer can do on a resident's page, these keys can do.
"use strict";

/** Keys of the arrows; the sign is the direction in the order of reading, in a language that is written from the left. */
const STEPS = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };
const BACK = new Set(["Escape", "BrowserBack", "GoBack"]);
/** The keypad's keys, beside those of reading aloud (speech.js). */
const KEYPAD = new Set([...Object.keys(STEPS), ...BACK, "Tab", "Shift", "Enter", "Backspace", ..."0123456789"]);

// Nothing else does anything here: no reload, no search, no zoom, no way back. The compositor's keymap has no such keys either
// (provisioning/keyboard.py); a page does not rely on that.
addEventListener(
  "keydown",
  (event) => {
    const plain = !event.ctrlKey && !event.altKey && !event.metaKey;
    if (plain && (KEYPAD.has(event.key) || SPEECH_KEYS[event.key] || SPEECH_KEYS[event.code])) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  },
  true,
);

/** The controls that can be reached, in their order: those of the open layer alone, or those of the page with its tools. */
function controls() {
  const layer = openLayer();
  const all = [...page().querySelectorAll("button:not(:disabled)")].filter((each) => each.checkVisibility());
  return layer ? all.filter((each) => each.closest("[data-layer]")?.dataset.layer === layer) : all;
}

/** Goes one step; round at the ends. From the headline: to the first or to the last. */
function step(direction) {
  const all = controls();
  if (!all.length) return;
  const here = all.indexOf(document.activeElement);
  const next = here < 0 ? (direction > 0 ? 0 : all.length - 1) : (here + direction + all.length) % all.length;
  all[next].focus();
}

function goBack() {
  const layer = openLayer();
  if (layer) page().querySelector(`[data-layer="${layer}"] [data-show=""]`)?.click();
}

/** Enter on the headline of a page with an entry that is complete: there is only one thing it can mean. */
function enterEntry() {
  const button = [...page().querySelectorAll("[data-enter]:not(:disabled)")].find((each) => each.checkVisibility());
  if (button) button.click();
}

document.addEventListener("keydown", (event) => {
  root.toggleAttribute("data-keys", true);
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const pressed = document.activeElement instanceof HTMLButtonElement && page().contains(document.activeElement);
  if (event.repeat) event.preventDefault(); // a hand that rests on a key does nothing twice
  else if (event.key in STEPS) {
    const sideways = event.key === "ArrowRight" || event.key === "ArrowLeft";
    step(STEPS[event.key] * (sideways && root.dir === "rtl" ? -1 : 1));
    event.preventDefault();
  } else if (event.key === "Tab") {
    step(event.shiftKey ? -1 : 1);
    event.preventDefault();
  } else if (BACK.has(event.key)) {
    goBack();
    event.preventDefault();
  } else if (event.key === "Enter" && !pressed) {
    enterEntry();
    event.preventDefault();
  }
});

// The last digit of a date or a number was typed: what comes next is [Continue]. Not with a PIN, of which nobody knows the length.
document.addEventListener("box:typed", () => {
  if (!root.hasAttribute("data-keys")) return;
  requestAnimationFrame(() => {
    const fields = Entry.fields();
    const form = fields[0]?.closest("[data-entry]");
    if (!form || !fields.every((each) => !each.dataset.least || each.dataset.least === each.dataset.length)) return;
    if (fields.every((each) => Entry.isFull(each))) form.querySelector("[data-enter]").focus();
  });
});

document.addEventListener("pointerdown", () => root.toggleAttribute("data-keys", false));
