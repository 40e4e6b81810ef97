// Reading aloud: says what the server names (data-say), one sentence after the other. No text of the page is ever sent.
// It is switched on by its button, by a key, or by plugging in headphones, and off again with the next person. When they are pulled
// out it is silent at once: what was for one pair of ears does not go on by the loudspeaker.
"use strict";

const LOUDNESS = [0.1, 0.2, 0.4, 0.7, 1];
const USUAL_LOUDNESS = 2;

/** By key or by the place of the key: what keypads with a headphone socket send can be set in the keypad (docs/accessibility.md). */
const SPEECH_KEYS = {
  F9: "toggle",
  MediaPlayPause: "toggle",
  F8: "again",
  MediaTrackPrevious: "again",
  AudioVolumeUp: "louder",
  F14: "louder",
  AudioVolumeDown: "quieter",
  F13: "quieter",
  F15: "plug", // headphones are plugged in
  F16: "unplug", // and pulled out
};

const Speech = {
  on: false,
  level: USUAL_LOUDNESS,
  queue: [],
  sound: new Audio(),
  /** The words for a server that has gone: fetched while it is there. */
  farewell: [],
  arriving: false,
  /** Headphones are in: somebody is there, however long nothing is pressed. */
  plugged: false,
  /** What the controller said last of the box's socket. */
  socket: "",
  tones: null,

  namesOf: (element) => (element?.dataset.say || "").split(" ").filter(Boolean),
  announcement: (name) => Speech.namesOf(page().querySelector(`[data-saying="${name}"]`)),

  /** Says these one after the other; whatever was being said ends at once. */
  say(names) {
    this.sound.pause();
    this.queue = this.on ? [...names] : [];
    this.next();
  },

  next() {
    const name = this.queue.shift();
    if (!name) return;
    this.play(new Audio(`/speech/${name}.wav`));
  },

  play(sound) {
    this.sound.pause();
    this.sound = sound;
    sound.volume = LOUDNESS[this.level];
    const next = () => {
      if (sound === this.sound) this.next();
    };
    sound.onended = next;
    sound.onerror = next; // one sentence that cannot be said does not silence the others
    sound.play().catch(() => {
      // Interrupted by the next one, or it could not be loaded, which onerror hears.
    });
  },

  /** A control: its label, and how it stands. */
  control(element) {
    if (!(element instanceof HTMLButtonElement)) return [];
    if (element.dataset.digit !== undefined) return this.announcement("digit");
    const names = this.namesOf(element);
    const pressed = element.getAttribute("aria-pressed");
    if (pressed) names.push(...this.announcement(pressed === "true" ? "pressed" : "released"));
    if (element.getAttribute("aria-current") === "true") names.push(...this.announcement("chosen"));
    return names;
  },

  /** The page, or the layer over it; then the control that has the focus. */
  standing() {
    const layer = page().querySelector(`[data-layer="${openLayer()}"]`) || page().querySelector('[data-layer=""]');
    // What stands above every page (a call for help) is in its own layer too.
    const strip = openLayer() ? null : page().querySelector(".strip[data-say]");
    return [...this.namesOf(layer), ...this.namesOf(strip), ...this.control(document.activeElement)];
  },

  /** What came with a new revision of the page that stood already: an alert, a change of state; nothing twice. */
  news(old) {
    const before = new Set([...old.querySelectorAll("[data-say]")].map((each) => each.dataset.say));
    const covered = openLayer() ? ".strip" : "script"; // a call for help is said by its layer when that is open
    const here = (each) => each.checkVisibility() && !before.has(each.dataset.say) && !each.matches(covered);
    const alerts = [...page().querySelectorAll(":is([role=alert], [role=status])[data-say]")].filter(here);
    if (alerts.length) return alerts.filter((each) => !alerts.some((other) => other !== each && each.contains(other))).flatMap(this.namesOf);
    const layer = page().querySelector(`[data-layer="${openLayer()}"][data-say]`);
    return layer && here(layer) ? this.standing() : [];
  },

  start(announced) {
    this.on = true;
    this.mark();
    if (page().dataset.voice === "none") this.refuse();
    else this.say([...(announced ? this.announcement("started") : []), ...this.standing()]);
    this.farewell = [...document.querySelectorAll("#gone[data-say]")].flatMap(this.namesOf).map((name) => {
      const sound = new Audio(`/speech/${name}.wav`);
      sound.preload = "auto";
      return sound;
    });
  },

  stop(announced) {
    this.say(announced ? this.announcement("stopped") : []);
    this.on = false;
    this.mark();
  },

  /** Headphones are out: not a word more, not even that it is off. It begins with its usual loudness again. */
  silence() {
    if (this.on) this.stop(false);
    this.level = USUAL_LOUDNESS;
  },

  /** What the controller says of the socket; "": nothing (there is no contact, or the controller is away). Only a change counts: a
   * keypad may have a socket of its own, and tell of it by its keys. */
  follow(socket) {
    if (!socket || socket === this.socket) return;
    const known = this.socket !== "";
    this.socket = socket;
    if (socket === "in") this.act("plug");
    else if (known) this.act("unplug");
  },

  /** No voice for this language: the page says so to the eyes, and in German to the ears. */
  refuse() {
    showLayer("speech_missing");
  },

  mark() {
    root.toggleAttribute("data-speech", this.on);
    for (const each of page().querySelectorAll("[data-speech=toggle]")) each.setAttribute("aria-pressed", String(this.on));
  },

  turn(by) {
    this.level = Math.min(LOUDNESS.length - 1, Math.max(0, this.level + by));
    this.say(this.announcement(by > 0 ? "louder" : "quieter"));
  },

  act(what) {
    touchedAt = performance.now();
    if (what === "plug" || what === "unplug") this.plugged = what === "plug";
    if (what === "again") this.say(this.standing());
    else if (what === "louder") this.turn(1);
    else if (what === "quieter") this.turn(-1);
    else if (what === "unplug") this.silence();
    else if (what === "off" || (what === "toggle" && this.on)) this.stop(true);
    else if (!this.on) this.start(true);
  },

  /** A tone for a digit that was taken. Which one is never heard. */
  tone() {
    if (!this.on) return;
    this.tones = this.tones || new AudioContext();
    const tone = this.tones.createOscillator();
    const gain = this.tones.createGain();
    gain.gain.value = 0.2 * LOUDNESS[this.level];
    tone.connect(gain).connect(this.tones.destination);
    tone.start();
    tone.stop(this.tones.currentTime + 0.06);
  },
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const what = button.dataset.speech;
  if (what === "toggle") {
    // By hand: the layer with louder, quieter, again and off opens; opening it says that reading aloud is on.
    if (!Speech.on) Speech.start(false);
    if (page().dataset.voice !== "none") showLayer("speech");
  } else if (what === "german") {
    Speech.on = true; // the form around it posts the language
  } else if (what) Speech.act(what);
  else if (button.dataset.mode) Speech.say(Speech.control(button));
});

document.addEventListener("keydown", (event) => {
  const what = SPEECH_KEYS[event.key] || (KEYPAD.has(event.key) ? undefined : SPEECH_KEYS[event.code]);
  if (!what) return;
  event.preventDefault();
  if (!event.repeat) Speech.act(what);
});

document.addEventListener("focusin", (event) => {
  if (!Speech.arriving && root.hasAttribute("data-keys")) Speech.say(Speech.control(event.target));
});

document.addEventListener("box:arriving", () => {
  Speech.arriving = true;
});

document.addEventListener("box:shown", (event) => {
  Speech.arriving = false;
  Speech.mark();
  Speech.follow(page().dataset.headphones);
  if (!Speech.on) return;
  const { old, same, layerChanged } = event.detail;
  const otherLanguage = old.lang !== page().lang;
  if (page().dataset.voice === "none" && (!same || otherLanguage)) {
    if (otherLanguage) Speech.refuse();
    return;
  }
  const names = same && !otherLanguage && !layerChanged ? Speech.news(old) : Speech.standing();
  if (names.length) Speech.say(names);
});

document.addEventListener("box:layer", (event) => {
  if (Speech.arriving || !Speech.on) return;
  const { name, before } = event.detail;
  // Back from a layer: where one is now. The page is said again with the key for it.
  if (name) Speech.say(Speech.standing());
  else if (before) Speech.say(Speech.control(document.activeElement).length ? Speech.control(document.activeElement) : Speech.standing());
});

document.addEventListener("box:gone", (event) => {
  if (!Speech.on || !event.detail.gone) return;
  const [first, ...others] = Speech.farewell;
  if (!first) return;
  Speech.queue = [];
  const chain = [first, ...others];
  const playNext = () => {
    const sound = chain.shift();
    if (!sound) return;
    Speech.play(sound);
    sound.onended = playNext;
  };
  playNext();
});

document.addEventListener("box:typed", () => Speech.tone());

document.addEventListener("box:fresh", (event) => {
  const { idle } = event.detail;
  if (idle && Speech.plugged) return;
  // Whoever still stands there must know why it is silent.
  if (Speech.on) Speech.stop(idle);
  Speech.level = USUAL_LOUDNESS;
});

Speech.follow(page().dataset.headphones); // they may have been in before this page came
