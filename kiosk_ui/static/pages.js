// The pages' own script: shows the fragment that stands now, posts what is tapped, keeps layers, keypad and reading modes.
// State and timers of the box live in the controller; nothing here decides anything.
"use strict";

const root = document.documentElement;
const base = root.dataset.base;
const home = root.dataset.home || "";

/** The server has not been heard for this long: the page says "out of order" by itself. */
const GONE_MS = 25_000;
/** A layer (help, language …) or a reading mode that nobody used for this long is given back on a page without a session. */
const IDLE_MS = 60_000;
/** Reading modes that a person chooses; they end with the session. */
const MODES = ["larger", "contrast", "reach"];
/** A typed digit is legible for this long, then a dot. */
const LEGIBLE_MS = 1_000;

const policy = window.trustedTypes
  ? window.trustedTypes.createPolicy("abholfach", { createHTML: (text) => text })
  : { createHTML: (text) => text };

let asked = 0; // requests sent
let applied = 0; // the newest request whose answer is on the screen
let answered = 0; // the newest post whose answer is on the screen
let heardAt = performance.now();
let touchedAt = performance.now();
let shownAt = performance.now();
let stream = null;
let busy = false;
let calling = false; // help was called here, and the page that says what became of it has not come yet
/** Somebody has been served since the reading modes were given back. */
let served = false;
/** Which button opened the layer that is open: it gets the focus back. */
let opener = "";

/** Tells keypad.js and speech.js what became of the page. They need not be there. */
const tell = (what, detail = {}) => document.dispatchEvent(new CustomEvent(`box:${what}`, { detail }));

const page = () => document.getElementById("page");
/** Which of a page's own places is looked at (staff: a list, a compartment). Part of every request, so that the answer is for it. */
const place = () => (root.dataset.look ? `?look=${encodeURIComponent(root.dataset.look)}` : "");

// --- fragments ---------------------------------------------------------------------------------------------------------------

/** Puts the answer on the screen. Resolves to whether what was typed is to be kept. ``layer``: on which it was done. */
async function request(url, options, layer = "") {
  const number = ++asked;
  const response = await fetch(url, { cache: "no-store", credentials: "same-origin", ...options });
  const type = response.headers.get("content-type") || "";
  if (!type.startsWith("text/html")) return false;
  const text = await response.text();
  heardAt = performance.now();
  if (number < applied) {
    // Overtaken: the page that came of it stands already. But what was done on a layer is done with it.
    if (layer && response.status === 200 && openLayer() === layer) showLayer("");
    // And what is said of it belongs to that page too, if it is the same one.
    if (options !== undefined && number > answered && saysMore(text)) show(text, true, response.status);
    return false;
  }
  applied = number;
  if (options !== undefined) answered = number;
  show(text, options !== undefined, response.status);
  // A slip of the finger is mended, not typed anew; so is what came too late for the page it was typed on.
  return response.status === 409 || page().hasAttribute("data-keep");
}

const pageIn = (text) => new DOMParser().parseFromString(policy.createHTML(text), "text/html").getElementById("page");

/** Is it the page that stands already, with a sentence about what was done? */
function saysMore(text) {
  const next = pageIn(text);
  return next !== null && next.dataset.tag === page().dataset.tag && next.querySelector("[role=alert]") !== null;
}

function show(text, posted, status) {
  const next = pageIn(text);
  const old = page();
  setGone(false);
  if (!next) return;
  // What was done on a layer is done with it. "More time?" is asked anew by the clock if it still has to be.
  let layer = (posted && status === 200) || openLayer() === "more_time" ? "" : openLayer();
  if (calling && next.dataset.called) {
    calling = false;
    layer = "call";
  }
  // Unchanged: nothing is touched, so that nothing flickers and no typed digit is lost. A refused post says why, so it is shown.
  const elsewhere = next.dataset.look !== old.dataset.look;
  if (next.dataset.tag === old.dataset.tag && !elsewhere && !(posted && next.querySelector("[role=alert]"))) {
    if (layer !== openLayer()) showLayer(layer);
    return;
  }
  const same = !elsewhere && next.dataset.page === old.dataset.page && next.dataset.session === old.dataset.session;
  const focus = same && old.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  const layerBefore = openLayer();
  tell("arriving");
  document.adoptNode(next);
  old.replaceWith(next);
  root.lang = next.lang || "de";
  root.dir = next.dir || "ltr";
  shownAt = performance.now();
  if (!same) {
    Entry.forget();
    touchedAt = performance.now();
    served = served || next.dataset.session !== "";
    if (next.dataset.page === "start" && served) resetModes();
  }
  enter(same || layer === "call" ? layer : "", focus);
  tell("shown", { old, same, layerChanged: layerBefore !== openLayer() });
}

/** Wires the fragment that has just come onto the screen. */
function enter(layer, focusKey) {
  markModes();
  fit();
  Entry.draw();
  if (layer && page().querySelector(`[data-layer="${layer}"]`)) showLayer(layer, focusKey, true);
  else focusOn(page(), focusKey);
  document.dispatchEvent(new Event("shown")); // for scripts of one kind of page
  if (page().dataset.go) location.replace(page().dataset.go);
}

function focusOn(where, key) {
  const target = (key && where.querySelector(`[data-key="${CSS.escape(key)}"]`)) || where.querySelector(".headline");
  if (target) target.focus({ preventScroll: true });
}

// --- the stream of revisions ---------------------------------------------------------------------------------------------------

function listen() {
  if (stream) stream.close();
  stream = new EventSource(`${base}/events`);
  stream.onmessage = (event) => {
    heardAt = performance.now();
    if (event.data !== page().dataset.tag || !document.getElementById("gone").hidden) refresh();
  };
  stream.onerror = () => {
    // The browser reconnects by itself unless the answer was no stream at all.
    if (stream.readyState === EventSource.CLOSED) setTimeout(listen, 1_000);
  };
}

function refresh() {
  request(`${base}/fragment${place()}`).catch(() => {
    // The server is away: the stream's next message asks again, and the clock below says so on the screen.
  });
}

function setGone(gone) {
  const there = document.getElementById("gone");
  if (there.hidden === !gone) return;
  there.hidden = !gone;
  page().hidden = gone;
  if (gone) there.querySelector(".headline").focus();
  tell("gone", { gone });
}

// --- layers and modes ------------------------------------------------------------------------------------------------------------

function openLayer() {
  const shown = page().querySelector("[data-layer]:not([hidden])");
  return shown ? shown.dataset.layer : "";
}

/** `again`: the fragment is new, the layer was open before; who opened it stays who opened it. */
function showLayer(name, focusKey, again = false) {
  const before = openLayer();
  if (name && !before && !again) opener = page().contains(document.activeElement) ? document.activeElement.dataset.key || "" : "";
  if (openLayer() === "number" && name !== "number") Entry.forget(); // legible, so not left behind
  for (const each of page().querySelectorAll("[data-layer]")) each.hidden = each.dataset.layer !== name;
  fit();
  Entry.draw();
  if (name || focusKey || !opener) focusOn(page().querySelector(`[data-layer="${name}"]`) || page(), focusKey);
  else focusOn(page(), opener);
  tell("layer", { name, before });
}

/** How large "larger" is: the largest of three sizes with which the stage that is seen shows everything. */
function fit() {
  for (const room of ["3", "2", "1"]) {
    root.dataset.room = room;
    const stage = page().querySelector("[data-layer]:not([hidden])");
    if (!stage || !root.hasAttribute("data-larger")) return;
    const wide = [...stage.querySelectorAll(".headline, .text, .office, .kern-btn, .reference")];
    // What stands at the lower edge is cut off at the upper one, of which scrolling knows nothing.
    const top = stage.getBoundingClientRect().top - 1;
    const fits = (each) => each.scrollWidth <= each.clientWidth + 1 && each.getBoundingClientRect().top >= top;
    if (stage.scrollHeight <= stage.clientHeight && wide.every(fits)) return;
  }
}

function toggleMode(mode) {
  root.toggleAttribute(`data-${mode}`);
  markModes();
  fit();
}

function markModes() {
  for (const each of page().querySelectorAll("[data-mode]")) {
    each.setAttribute("aria-pressed", String(root.hasAttribute(`data-${each.dataset.mode}`)));
  }
}

/** `idle`: nobody used the page for long, but nobody has left for sure. */
function resetModes(idle = false) {
  for (const mode of MODES) root.removeAttribute(`data-${mode}`);
  served = false;
  tell("fresh", { idle });
}

// --- typing digits -------------------------------------------------------------------------------------------------------------
// What is typed lives here and never in a field or an attribute of the document. Digits are shown for a second, then as dots; where they
// stand on the person's paper anyway (data-legible) they stay legible, so that they can be compared.

const Entry = {
  values: {},
  current: "",
  legible: false,
  timer: 0,

  form: () => [...page().querySelectorAll("[data-entry]")].find((each) => !each.closest("[hidden]")),
  fields: () => [...(Entry.form() ? Entry.form().querySelectorAll("[data-field]") : [])],

  forget() {
    this.values = {};
    this.current = "";
    this.legible = false;
  },

  field() {
    const fields = this.fields();
    return fields.find((each) => each.dataset.field === this.current) || fields[0];
  },

  type(digit) {
    let field = this.field();
    if (!field) return;
    if (this.isFull(field)) {
      const next = this.fields()[this.fields().indexOf(field) + 1];
      if (!next || this.isFull(next)) return;
      field = next;
    }
    const name = field.dataset.field;
    this.values[name] = (this.values[name] || "") + digit;
    tell("typed", { taken: true });
    this.current = name;
    this.legible = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.legible = false;
      this.draw();
    }, LEGIBLE_MS);
    if (this.isFull(field)) {
      const next = this.fields()[this.fields().indexOf(field) + 1];
      if (next && !this.values[next.dataset.field]) this.draw(next.dataset.field);
    }
    this.draw();
  },

  erase() {
    const fields = this.fields();
    let field = this.field();
    if (!field) return;
    if (!this.values[field.dataset.field] && fields.indexOf(field) > 0) field = fields[fields.indexOf(field) - 1];
    const name = field.dataset.field;
    this.current = name;
    this.values[name] = (this.values[name] || "").slice(0, -1);
    this.legible = false;
    this.draw();
  },

  /** A tap on a field begins it anew: with dots on the screen nobody knows which digit to mend. */
  choose(name) {
    this.current = name;
    this.values[name] = "";
    this.draw();
  },

  /** Writes what was typed into `fields` of a post; a form may want it as one (data-join). */
  into(fields, form) {
    const typed = this.fields().map((each) => [each.dataset.field, this.values[each.dataset.field] || ""]);
    if (form.dataset.join) fields[form.dataset.join] = typed.map(([, value]) => value).join("");
    else Object.assign(fields, Object.fromEntries(typed));
  },

  isFull: (field) => (Entry.values[field.dataset.field] || "").length >= Number(field.dataset.length),
  isDone: (field) =>
    (Entry.values[field.dataset.field] || "").length >= Number(field.dataset.least || (field.dataset.length > 2 ? 4 : 1)),

  draw() {
    const fields = this.fields();
    if (!fields.length) return;
    let writing = this.field();
    if (this.isFull(writing)) writing = fields.find((each) => !this.isFull(each)) || writing;
    for (const each of fields) {
      const value = this.values[each.dataset.field] || "";
      const last = this.legible && each.dataset.field === this.current;
      const text = this.form().hasAttribute("data-legible") ? value : last ? "•".repeat(value.length - 1) + value.slice(-1) : "•".repeat(value.length);
      each.querySelector("[data-value]").textContent = text;
      each.classList.toggle("field--current", each === writing);
    }
    this.form().querySelector("[data-enter]").disabled = !fields.every((each) => this.isDone(each));
  },
};

// --- what people do ------------------------------------------------------------------------------------------------------------

async function post(form, button) {
  if (busy) return; // one tap, one post
  busy = true;
  const fields = Object.fromEntries(new FormData(form, button)); // with what the button itself says
  const entry = form.hasAttribute("data-entry");
  let keep = false;
  if (entry) Entry.into(fields, form);
  if (button && button.dataset.key === "help") calling = true;
  try {
    const options = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(fields) };
    const on = form.closest("[data-layer]");
    keep = await request(form.getAttribute("action") + place(), options, on ? on.dataset.layer : "");
  } catch {
    refresh(); // the line broke: whether it had an effect is shown by the page that comes
  } finally {
    busy = false;
    if (entry && !keep) {
      Entry.forget();
      Entry.draw();
    }
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-post]");
  if (!form) return;
  event.preventDefault();
  post(form, event.submitter);
});

document.addEventListener("click", (event) => {
  touchedAt = performance.now();
  const button = event.target.closest("button");
  if (!button) return;
  const data = button.dataset;
  if (data.digit !== undefined) Entry.type(data.digit);
  else if (data.erase !== undefined) Entry.erase();
  else if (data.field !== undefined) Entry.choose(data.field);
  else if (data.show !== undefined) showLayer(data.show === openLayer() ? "" : data.show);
  else if (data.mode !== undefined) toggleMode(data.mode);
});

document.addEventListener("keydown", (event) => {
  touchedAt = performance.now();
  if (event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
  if (!Entry.form()) return;
  if (/^[0-9]$/.test(event.key)) Entry.type(event.key);
  else if (event.key === "Backspace") Entry.erase();
  else return;
  event.preventDefault();
});

addEventListener("resize", fit);
document.fonts.addEventListener("loadingdone", fit);
document.addEventListener("contextmenu", (event) => event.preventDefault());

// --- the clock ---------------------------------------------------------------------------------------------------------------
// Once a second: only what the screen counts or gives back. Deadlines are the controller's.

setInterval(() => {
  const now = performance.now();
  setGone(now - heardAt > GONE_MS);
  const data = page().dataset;
  const warns = Number(data.warnsInMs);
  const remaining = Math.max(0, Math.ceil((Number(data.endsInMs) - (now - shownAt)) / 1_000));
  if (warns > 0 && now - shownAt >= warns && openLayer() !== "more_time") showLayer("more_time");
  for (const each of page().querySelectorAll("[data-remaining]")) each.textContent = remaining;
  for (const each of page().querySelectorAll("[data-countdown]")) {
    each.textContent = Math.max(0, Math.ceil(Number(each.dataset.countdown) - (now - shownAt) / 1_000));
  }
  if (data.public !== undefined && now - touchedAt > IDLE_MS) {
    if (openLayer()) showLayer("");
    resetModes(true);
    markModes();
  }
  if (home && data.leave && now - shownAt > Number(data.leave)) location.replace(home);
}, 1_000);

enter("", undefined);
listen();
