// Draws the cabinet's front from what the plant says. No HTML is ever parsed: every node is made here.
"use strict";

const SVG = "http://www.w3.org/2000/svg";
const WIDE = 150;
const HEIGHTS = { S: 74, M: 100, L: 132 };
const GAP = 8;

function element(parent, name, attributes, text) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  parent.append(made);
  return made;
}

/** Where each compartment stands: by column, from top to bottom. */
function places(compartments) {
  const found = new Map();
  const heights = new Map();
  for (const each of [...compartments].sort((a, b) => a.column - b.column || a.row - b.row)) {
    const y = heights.get(each.column) || GAP;
    const high = HEIGHTS[each.size] || HEIGHTS.M;
    found.set(each.compartment, { x: GAP + (each.column - 1) * (WIDE + GAP), y, high });
    heights.set(each.column, y + high + GAP);
  }
  const columns = Math.max(1, ...compartments.map((each) => each.column));
  return { found, width: GAP + columns * (WIDE + GAP), height: Math.max(GAP, ...heights.values()) };
}

/** Redraws; the focus stays where it was. */
function drawFront(svg, compartments, chosen, choose) {
  const focused = document.activeElement && svg.contains(document.activeElement) ? document.activeElement.dataset.label : "";
  const { found, width, height } = places(compartments);
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.replaceChildren();
  for (const each of compartments) drawCompartment(svg, each, found.get(each.compartment), each.compartment === chosen, choose);
  if (focused) svg.querySelector(`[data-label="${focused}"]`)?.focus();
}

function drawCompartment(svg, each, place, isChosen, choose) {
  const { x, y, high } = place;
  const says = [
    "compartment", each.door, isChosen ? "chosen" : "", each.energised ? "energised" : "",
    each.sensor === 1 ? "says-open" : "", each.lamp === 1 ? "lit" : "", each.faults.length || each.burned ? "broken" : "",
  ];
  const words = [`Door ${each.compartment}, ${each.door}`, each.contents.length ? `inside: ${each.contents.join(", ")}` : "nothing inside", ...each.faults];
  const group = element(svg, "g", {
    class: says.filter(Boolean).join(" "), transform: `translate(${x} ${y})`, tabindex: "0", role: "button",
    "aria-label": words.join(", "), "aria-pressed": String(isChosen), "data-label": each.compartment,
  });
  element(group, "title", {}, words.join(" · "));
  element(group, "rect", { class: "inside", width: WIDE, height: high, rx: 4 });
  each.contents.slice(0, 3).forEach((_, index) => {
    element(group, "rect", { class: "letter", x: 62 + index * 9, y: high - 46 - index * 7, width: 62, height: 38, rx: 2 });
    element(group, "path", { class: "letter-flap", d: `M${62 + index * 9} ${high - 46 - index * 7}l31 20l31 -20` });
  });
  // A closed door covers everything; ajar it stands off a little; open it is seen from its edge.
  const open = { closed: [WIDE, 0], ajar: [WIDE - 16, 6], open: [26, 10] }[each.door] || [WIDE, 0];
  element(group, "polygon", { class: "door", points: `0,0 ${open[0]},${open[1]} ${open[0]},${high - open[1]} 0,${high}` });
  element(group, "rect", { class: "frame", width: WIDE, height: high, rx: 4 });
  const left = each.door === "open" ? 34 : 10;
  element(group, "text", { class: "label", x: left, y: 24 }, each.compartment);
  const note = each.door === "closed" && each.contents.length ? "something inside" : each.contents.join(", ");
  element(group, "text", { class: "small", x: left, y: 42 }, note || (each.door === "closed" ? "" : "empty"));
  if (each.faults.length) element(group, "text", { class: "small", x: left, y: high - 10 }, each.faults.join(", "));
  element(group, "circle", { class: "coil-mark", cx: WIDE - 14, cy: 16, r: 6 });
  element(group, "circle", { class: "contact-mark", cx: WIDE - 30, cy: 16, r: 6 });
  if (each.lamp !== null) element(group, "circle", { class: "lamp-mark", cx: WIDE - 46, cy: 16, r: 6 });
  element(group, "path", { class: "fault-mark", d: `M${WIDE - 22} ${high - 8}l8 -14l8 14z` });
  group.addEventListener("click", () => choose(each.compartment));
  group.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    choose(each.compartment);
  });
}
