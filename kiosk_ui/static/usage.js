// Tells which reading modes are on while somebody is being served. The controller counts them over many sessions together, for the
// monthly report, and keeps nothing of one (docs/council-report.md).
"use strict";

(() => {
  /** Attribute of the document → the mode's name. */
  const MODES = { "data-larger": "larger", "data-contrast": "contrast", "data-speech": "speech", "data-keys": "keypad" };

  let session = "";
  let told = "";

  function look() {
    const root = document.documentElement;
    const now = document.getElementById("page").dataset.session || "";
    if (now !== session) told = "";
    session = now;
    const modes = Object.keys(MODES)
      .filter((name) => root.hasAttribute(name))
      .map((name) => MODES[name])
      .join(",");
    if (!session || !modes || modes === told) return;
    told = modes;
    fetch("/kiosk/modes", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ session, modes }),
    }).catch(() => {
      // The server is away: one session less is counted.
    });
  }

  document.addEventListener("box:shown", look);
  new MutationObserver(look).observe(document.documentElement, { attributes: true, attributeFilter: Object.keys(MODES) });
})();
