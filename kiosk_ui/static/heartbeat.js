// The page's heartbeat: every two seconds it tells the controller which revision stands on the screen.
// A renderer that died leaves its last picture on the screen and the browser alive. Only the page itself can say that it
// lives, and while it does not, no door opens. So what is told is what was *painted*: a frame has been drawn since the
// revision came. A page that is hidden, frozen or "gone" draws none and tells nothing.
"use strict";

(() => {
  const EVERY_MS = 2_000;
  const ANSWER_MS = 4_000;

  /** The tag that is on the screen for certain; empty until a frame was drawn with it. */
  let painted = "";
  let told = "";
  let telling = false;

  const standing = () => {
    const gone = document.getElementById("gone");
    return gone && !gone.hidden ? "" : document.getElementById("page").dataset.tag || "";
  };

  async function tell() {
    const tag = painted;
    if (!tag || telling) return;
    telling = true;
    try {
      const answer = await fetch("/kiosk/shown", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ revision: tag }),
        signal: AbortSignal.timeout(ANSWER_MS),
      });
      if (answer.ok) told = tag;
    } catch {
      // The server is away. The page says so by itself after a while; nothing is lost here.
    } finally {
      telling = false;
    }
  }

  function painting() {
    const tag = standing();
    // The frame after the one in which the page was changed: what came before it has been drawn.
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        painted = tag;
        if (painted !== told) tell();
      }),
    );
  }

  new MutationObserver(painting).observe(document.body, { childList: true });
  painting();
  setInterval(() => {
    painted = "";
    requestAnimationFrame(() => {
      painted = standing();
      tell();
    });
  }, EVERY_MS);
})();
