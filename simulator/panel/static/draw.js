// Draws the cabinet's front from what the plant says. No HTML is ever parsed: every node is made here.
"use strict";

const SVG = "http://www.w3.org/2000/svg";
const GAP = 8;
const ROOMY = { wide: 150, heights: { S: 74, M: 100, L: 132 }, compact: false };
/** A wall of many columns: the label, and what is wrong. */
const COMPACT = { wide: 96, heights: { S: 46, M: 58, L: 76 }, compact: true };
const MANY_COLUMNS = 8;

function element(parent, name, attributes, text) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  parent.append(made);
  return made;
}

const columnsOf = (compartments) => Math.max(1, ...compartments.map((each) => each.column));

/** Where each compartment stands: by column, from top to bottom. */
function places(compartments, style) {
  const found = new Map();
  const heights = new Map();
  for (const each of [...compartments].sort((a, b) => a.column - b.column || a.row - b.row)) {
    const y = heights.get(each.column) || GAP;
    const high = style.heights[each.size] || style.heights.M;
    found.set(each.compartment, { x: GAP + (each.column - 1) * (style.wide + GAP), y, high });
    heights.set(each.column, y + high + GAP);
  }
  return { found, width: GAP + columnsOf(compartments) * (style.wide + GAP), height: Math.max(GAP, ...heights.values()) };
}

const drawn = new Map();

/** Draws anew what changed; the focus stays where it was. */
function drawFront(svg, compartments, chosen, choose) {
  const style = columnsOf(compartments) > MANY_COLUMNS ? COMPACT : ROOMY;
  const focused = document.activeElement && svg.contains(document.activeElement) ? document.activeElement.dataset.label : "";
  const { found, width, height } = places(compartments, style);
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  document.body.classList.toggle("wall", style.compact);
  for (const [label, before] of drawn) {
    if (found.has(label)) continue;
    before.node.remove();
    drawn.delete(label);
  }
  for (const each of compartments) {
    const isChosen = each.compartment === chosen;
    const key = JSON.stringify([each, isChosen, style.compact]);
    const before = drawn.get(each.compartment);
    if (before && before.key === key) continue;
    const node = drawCompartment(svg, each, found.get(each.compartment), isChosen, choose, style);
    if (before) before.node.replaceWith(node);
    drawn.set(each.compartment, { key, node });
  }
  if (focused) svg.querySelector(`[data-label="${focused}"]`)?.focus();
}

function drawCompartment(svg, each, place, isChosen, choose, style) {
  const { x, y, high } = place;
  const WIDE = style.wide;
  const says = [
    "compartment", each.door, isChosen ? "chosen" : "", each.energised ? "energised" : "",
    each.says_open ? "says-open" : "", each.lamp === 1 ? "lit" : "", each.faults.length || each.burned ? "broken" : "",
  ];
  const words = [`Door ${each.compartment}, ${each.door}`, each.contents.length ? `inside: ${each.contents.join(", ")}` : "nothing inside", ...each.faults];
  const group = element(svg, "g", {
    class: says.filter(Boolean).join(" "), transform: `translate(${x} ${y})`, tabindex: "0", role: "button",
    "aria-label": words.join(", "), "aria-pressed": String(isChosen), "data-label": each.compartment,
  });
  element(group, "title", {}, words.join(" · "));
  element(group, "rect", { class: "inside", width: WIDE, height: high, rx: 4 });
  each.contents.slice(0, style.compact ? 1 : 3).forEach((_, index) => {
    const [left, top] = [WIDE - 88 + index * 9, Math.max(2, high - 46 - index * 7)];
    element(group, "rect", { class: "letter", x: left, y: top, width: 62, height: 38, rx: 2 });
    element(group, "path", { class: "letter-flap", d: `M${left} ${top}l31 20l31 -20` });
  });
  // A closed door covers everything; ajar it stands off a little; open it is seen from its edge.
  const open = { closed: [WIDE, 0], ajar: [WIDE - 16, 6], open: [26, 10] }[each.door] || [WIDE, 0];
  element(group, "polygon", { class: "door", points: `0,0 ${open[0]},${open[1]} ${open[0]},${high - open[1]} 0,${high}` });
  element(group, "rect", { class: "frame", width: WIDE, height: high, rx: 4 });
  const left = each.door === "open" ? 34 : 10;
  element(group, "text", { class: "label", x: left, y: 24 }, each.compartment);
  if (style.compact) {
    if (each.contents.length) element(group, "circle", { class: "inside-mark", cx: 16, cy: high - 12, r: 6 });
  } else {
    const note = each.door === "closed" && each.contents.length ? "something inside" : each.contents.join(", ");
    element(group, "text", { class: "small", x: left, y: 42 }, note || (each.door === "closed" ? "" : "empty"));
    if (each.faults.length) element(group, "text", { class: "small", x: left, y: high - 10 }, each.faults.join(", "));
  }
  const marks = style.compact ? high - 12 : 16;
  element(group, "circle", { class: "coil-mark", cx: WIDE - 14, cy: marks, r: 6 });
  element(group, "circle", { class: "contact-mark", cx: WIDE - 30, cy: marks, r: 6 });
  if (each.lamp !== null && !style.compact) element(group, "circle", { class: "lamp-mark", cx: WIDE - 46, cy: 16, r: 6 });
  element(group, "path", { class: "fault-mark", d: `M${style.compact ? 30 : WIDE - 22} ${high - 6}l8 -14l8 14z` });
  group.addEventListener("click", () => choose(each.compartment));
  group.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    choose(each.compartment);
  });
  return group;
}
