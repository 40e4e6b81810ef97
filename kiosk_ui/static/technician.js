// The technician page's own script: places within the page, and the list of events, which is kept while the rest is live.
// pages.js does the rest; nothing here decides anything.
"use strict";

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-look-at]");
  if (!link) return;
  event.preventDefault();
  root.dataset.look = link.dataset.lookAt;
  refresh();
});

// --- the list of events ----------------------------------------------------------------------------------------------------------
// It comes by itself only when the place is entered: a list that moves while somebody reads or fills in the fields is of no use.

const Events = {
  list: null,

  follow() {
    const frame = page().querySelector("[data-events]");
    if (!frame) {
      this.list = null;
      return;
    }
    if (!this.list) this.ask("");
    else if (this.list.parentNode !== frame) frame.replaceChildren(this.list);
  },

  async ask(query) {
    const frame = page().querySelector("[data-events]");
    if (frame) frame.setAttribute("aria-busy", "true");
    try {
      const response = await fetch(`${base}/log?${query}`, { cache: "no-store", credentials: "same-origin" });
      if (response.ok) this.take(await response.text());
    } catch {
      // The server is away; the page says so itself.
    } finally {
      const there = page().querySelector("[data-events]");
      if (there) there.removeAttribute("aria-busy");
    }
  },

  take(text) {
    const parsed = new DOMParser().parseFromString(policy.createHTML(text), "text/html").querySelector("[data-list]");
    const frame = page().querySelector("[data-events]");
    if (!parsed || !frame) return;
    document.adoptNode(parsed);
    this.list = parsed;
    frame.replaceChildren(parsed);
  },
};

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-page-of]");
  if (!link) return;
  event.preventDefault();
  Events.ask(link.dataset.pageOf);
});

document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-filter]");
  if (!form) return;
  event.preventDefault();
  Events.ask(new URLSearchParams(new FormData(form)).toString());
});

// Files are asked for with the session that is on the screen now, not with the one the list came with.
document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-file]");
  if (form) form.elements.session.value = page().dataset.session;
});

document.addEventListener("shown", () => Events.follow());
Events.follow();
