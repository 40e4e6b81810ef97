// The staff page's own script: places within the page, the plan of the front door by door, and the keyboard of the search.
// pages.js does the rest; nothing here decides anything.
"use strict";

// --- places: a list, a compartment, the search ---------------------------------------------------------------------------------

function goTo(look) {
  root.dataset.look = look;
  refresh();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-look-at]");
  if (!link) return;
  event.preventDefault();
  goTo(link.dataset.lookAt);
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) print();
});

// --- the plan --------------------------------------------------------------------------------------------------------------------
// 608 doors are sent once; afterwards only those that changed. The drawing is kept and moved from fragment to fragment.

const Plan = {
  drawing: null,
  tag: "",
  asking: false,

  async follow() {
    const frame = page().querySelector("[data-front]");
    if (!frame) return;
    if (this.drawing && this.drawing.parentNode !== frame) frame.replaceChildren(this.drawing);
    this.light(frame.dataset.lit || "");
    const [line, revision] = frame.dataset.front.split("-").map(Number);
    const [ourLine, ours] = this.tag.split("-").map(Number);
    const sameLine = this.tag !== "" && line === ourLine;
    // A fragment may be older than the doors that came meanwhile: then there is nothing to ask.
    if (this.asking || (sameLine && revision <= ours)) return;
    this.asking = true;
    try {
      const response = await fetch(`${base}/front?since=${sameLine ? ours : 0}`, { cache: "no-store" });
      if (response.ok) this.take(await response.text());
    } catch {
      // The server is away; the next fragment asks again.
    } finally {
      this.asking = false;
    }
    if (frame !== page().querySelector("[data-front]")) this.follow(); // another fragment came while we asked
  },

  take(text) {
    const parsed = new DOMParser().parseFromString(policy.createHTML(text), "text/html").querySelector("svg");
    if (!parsed) return;
    this.tag = parsed.dataset.tag;
    document.adoptNode(parsed);
    if (parsed.dataset.whole !== undefined || !this.drawing) this.drawing = parsed;
    else {
      for (const door of [...parsed.querySelectorAll("[data-door]")]) {
        const old = this.drawing.querySelector(`[data-door="${CSS.escape(door.dataset.door)}"]`);
        if (old) old.replaceWith(door);
      }
    }
    const frame = page().querySelector("[data-front]");
    if (frame && this.drawing.parentNode !== frame) frame.replaceChildren(this.drawing);
    this.light(frame ? frame.dataset.lit || "" : "");
  },

  light(label) {
    if (!this.drawing) return;
    for (const lit of this.drawing.querySelectorAll(".plan__door--lit")) lit.classList.remove("plan__door--lit");
    const door = label && this.drawing.querySelector(`[data-door="${CSS.escape(label)}"] rect`);
    if (door) door.classList.add("plan__door--lit");
  },
};

// --- the search --------------------------------------------------------------------------------------------------------------------

const Search = {
  timer: 0,

  field: () => page().querySelector("[data-query]"),

  type(key) {
    const field = this.field();
    if (!field) return;
    const now = field.dataset.query;
    const next = key === "erase" ? now.slice(0, -1) : key === "clear" ? "" : (now + key).slice(0, 40);
    field.dataset.query = next;
    field.textContent = next;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => goTo(`search:${next}`), 250);
  },
};

document.addEventListener("click", (event) => {
  const key = event.target.closest("[data-letter]");
  if (key) Search.type(key.dataset.letter);
});

document.addEventListener("keydown", (event) => {
  if (!Search.field() || event.ctrlKey || event.altKey || event.metaKey) return;
  if (/^[a-z0-9-]$/i.test(event.key)) Search.type(event.key.toUpperCase());
  else if (event.key === "Backspace") Search.type("erase");
  else return;
  event.preventDefault();
});

document.addEventListener("shown", () => {
  // The controller's page comes first: whoever scanned an envelope is no longer looking something up.
  root.dataset.look = page().dataset.look || "";
  Plan.follow();
});
root.dataset.look = page().dataset.look || "";
Plan.follow();
