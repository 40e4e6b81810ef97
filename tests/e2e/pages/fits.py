"""A look at the page that stands, by the browser itself."""

from __future__ import annotations

#: JavaScript that names what is cut off, off the screen, overlapping, too small to touch, or a picture too small to
#: see. 110 px are 20 mm on a panel of 5.56 px/mm.
FITS = """() => {
  const found = [];
  const seen = (e) => e.checkVisibility() && e.getBoundingClientRect().width > 0;
  const name = (e) => e.dataset.key || e.className.baseVal || e.className || e.tagName;
  const wanted = "button, .headline, .text, .beside, .office, .notice, .reference, .field, .figure svg, .steps";
  const visible = [...document.querySelectorAll("#page :is(" + wanted + ")")].filter(seen);
  const boxes = visible.map((e) => e.getBoundingClientRect());
  visible.forEach((e, i) => {
    const r = boxes[i];
    const size = Math.round(r.width) + "x" + Math.round(r.height);
    const outside = r.left < -1 || r.top < -1 || r.right > innerWidth + 1 || r.bottom > innerHeight + 1;
    if (outside) found.push("off screen: " + name(e));
    if (e.scrollWidth > e.clientWidth + 2 && !(e instanceof SVGElement)) found.push("cut off: " + name(e));
    if (e.matches(".tool") && e.scrollHeight > e.clientHeight + 1) found.push("cut off below: " + name(e));
    const stage = e.closest(".stage"), s = stage && stage.getBoundingClientRect();
    if (stage && (r.top < s.top - 2 || r.bottom > s.bottom + 2)) found.push("cut by its stage: " + name(e));
    const small = e.matches("button:not(.field)") && (r.width < 110 || r.height < 110);
    if (small) found.push("small: " + name(e) + " " + size);
    if (e.matches(".figure svg") && r.height < 100) found.push("picture too small: " + size);
  });
  for (const stage of document.querySelectorAll("#page .stage:not([hidden])")) {
    if (stage.scrollHeight > stage.clientHeight + 1) found.push("scrolls by " + (stage.scrollHeight -
    stage.clientHeight));
  }
  visible.forEach((a, i) => visible.slice(i + 1).forEach((b, k) => {
    if (a.contains(b) || b.contains(a)) return;
    const p = boxes[i], q = boxes[i + 1 + k];
    const wide = Math.min(p.right, q.right) - Math.max(p.left, q.left);
    const high = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top);
    if (wide > 2 && high > 2) found.push("overlap: " + name(a) + " / " + name(b));
  }));
  return found;
}"""
