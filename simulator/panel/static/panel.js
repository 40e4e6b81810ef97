// The panel's own script: shows the state that the stream brings, and posts what is pressed. No HTML is ever parsed.
"use strict";

const byId = (id) => document.getElementById(id);
const SLIDERS = ["size", "rotation", "tilt_x", "tilt_y", "blur", "noise", "brightness", "glare"];
const SHOWN_MS = 6_000;

let state = null;
let chosen = "";
let sceneShown = -1;
let troubleTimer = 0;
let putting = false;

// --- saying what went wrong --------------------------------------------------------------------------------------------------

function trouble(words) {
  byId("trouble").textContent = words;
  byId("trouble").hidden = !words;
  clearTimeout(troubleTimer);
  if (words) troubleTimer = setTimeout(() => trouble(""), SHOWN_MS);
}

async function post(path, body, type = "application/json") {
  try {
    const content = type === "application/json" ? JSON.stringify(body || {}) : body;
    const answer = await fetch(path, { method: "POST", headers: { "content-type": type }, body: content });
    const said = (answer.headers.get("content-type") || "").startsWith("application/json") ? await answer.json() : {};
    trouble(answer.ok ? "" : said.message || `refused (${answer.status})`);
    return answer.ok ? said : null;
  } catch {
    trouble("The panel does not answer. Is the demo still running?");
    return null;
  }
}

// --- small helpers for lists ---------------------------------------------------------------------------------------------------

/** Fills a select with [value, words] pairs; what was chosen stays chosen. Untouched when nothing changed. */
function fill(select, pairs) {
  const key = JSON.stringify(pairs);
  if (select.dataset.key === key) return;
  const before = new Set([...select.selectedOptions].map((each) => each.value));
  select.dataset.key = key;
  select.replaceChildren(...pairs.map(([value, words]) => new Option(words, value, false, before.has(value))));
}

function rows(body, lines) {
  const key = JSON.stringify(lines.map((cells) => cells.map((cell) => (cell instanceof Object && "key" in cell ? cell.key : cell))));
  if (body.dataset.key === key) return;
  body.dataset.key = key;
  body.replaceChildren(
    ...lines.map((cells) => {
      const row = document.createElement("tr");
      for (const cell of cells) {
        const place = row.insertCell();
        if (cell instanceof Object && "node" in cell) place.append(...cell.node());
        else if (cell instanceof Object) {
          place.textContent = cell.text;
          place.className = cell.css;
        } else place.textContent = cell;
      }
      return row;
    }),
  );
}

function button(words, press, css = "") {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = words;
  made.className = css;
  made.addEventListener("click", press);
  return made;
}

// --- what stands now -------------------------------------------------------------------------------------------------------------

function show() {
  drawFront(byId("front"), state.compartments, chosen, choose);
  showHands();
  showCamera();
  showCards();
  showPeople();
  showOffice();
  showProcesses();
  showBoards();
  showAround();
  rows(byId("log"), state.log.map((each) => [
    { text: String(each.seq), css: "number" },
    { text: each.seq <= state.central.last_seq ? "✓ central" : "…", css: each.seq <= state.central.last_seq ? "kept" : "" },
    { text: each.type, css: "type" },
    each.data,
  ]));
  const central = state.central;
  const net = !central.there ? "no central system" : !central.connected ? "the broker is away" : `central has ${central.last_seq} events`;
  byId("summary").textContent = `${state.compartments.filter((each) => each.contents.length).length} compartments hold something · ${net}`;
}

function showHands() {
  const box = state.compartments.find((each) => each.compartment === chosen);
  byId("selected").textContent = box ? chosen : "–";
  const words = box ? `${box.door}${box.latched ? ", latched" : ""}; ${box.contents.join(", ") || "empty"}${box.faults.length ? `; ${box.faults.join(", ")}` : ""}` : "Choose a door in the cabinet.";
  byId("about").textContent = words;
  for (const each of document.querySelectorAll("[data-door]")) each.disabled = !box;
  byId("hand").textContent = state.hand.join(", ") || "nothing";
  const outside = state.letters.filter((each) => ["", "hand"].includes(each.where));
  fill(byId("item"), [...outside.map((each) => [each.deposit, `${each.order} (${each.deposit})`]), ["old-document", "an old document"]]);
}

function showCamera() {
  const codes = state.codes.map((each) => [`code ${each.right}`, `pickup code: ${each.name} (${each.state})`]);
  const badges = state.staff.map((each) => [`badge ${each.id}`, `badge: ${each.id}`]);
  const orders = state.letters.filter((each) => ["", "hand"].includes(each.where)).map((each) => [`order ${each.deposit}`, `envelope: ${each.order}`]);
  fill(byId("what"), [...codes, ...badges, ...orders, ["text ", "a QR code with any text"]]);
  byId("text-row").hidden = !byId("what").value.startsWith("text");
  byId("away").disabled = state.camera.kind === "nothing";
  if (state.camera.revision !== sceneShown) {
    sceneShown = state.camera.revision;
    byId("seen").src = `/camera.png?${sceneShown}`;
  }
}

function showCards() {
  const reader = state.card_reader;
  const words = !reader.there ? "This town has no card reader." : reader.inside ? `Inside: ${reader.inside}` : "Nothing is inside.";
  byId("inside").textContent = reader.last ? `${words} Last: ${reader.last}.` : words;
  fill(byId("document"), state.documents.map((each) => [each.id, each.title]));
  showPrinted();
  for (const name of ["insert", "page"]) byId(name).disabled = !state.documents.length;
  byId("insert").disabled ||= !reader.there || putting;
  byId("remove").disabled = !reader.inside;
}

function showPrinted() {
  const document = state.documents.find((each) => each.id === byId("document").value);
  byId("printed").textContent = !document ? "" : document.can ? `Card access number printed on it: ${document.can}` : "No card access number is printed on it: its page opens it.";
}

function showPeople() {
  const ready = state.codes.filter((each) => each.state === "issued");
  fill(byId("collector"), ready.map((each) => [each.right, each.name]));
  byId("collect").disabled = state.robots.busy || !ready.length;
  byId("load").disabled = state.robots.busy || !onTheDesk().length;
  byId("load").textContent = `Staff load what lies on the desk (${onTheDesk().length})`;
  byId("said").replaceChildren(...state.robots.said.map((words) => {
    const line = document.createElement("li");
    line.textContent = words;
    return line;
  }));
  byId("staff").textContent = state.staff.map((each) => `${each.id} (${each.roles.join(", ")}): PIN ${each.pin}`).join(" · ");
}

const onTheDesk = () => state.letters.filter((each) => each.where === "").map((each) => each.deposit);

function showOffice() {
  const names = new Map(state.letters.map((each) => [each.deposit, each.order]));
  const free = state.letters.filter((each) => !state.codes.some((code) => code.deposits.includes(each.deposit)));
  fill(byId("deposits"), free.map((each) => [each.deposit, `${each.order} · ${each.document_type}`]));
  rows(byId("codes"), state.codes.map((each) => [
    each.name,
    each.deposits.map((deposit) => names.get(deposit) || deposit).join(", "),
    [each.birth_date && `born ${each.birth_date}`, each.pin && `PIN ${each.pin}`].filter(Boolean).join(", "),
    { text: each.state, css: `state-${each.state}` },
    { key: each.right + each.state, node: () => [button("QR", () => showCode(each)), ...(["issued", "prepared"].includes(each.state) ? [" ", button("Revoke", () => post("/office/revoke", { right: each.right }), "grave")] : [])] },
  ]));
}

function showCode(code) {
  byId("qr-picture").src = `/codes/${encodeURIComponent(code.right)}.png`;
  byId("qr-name").textContent = code.number ? `${code.name}, to type: ${code.number}` : code.name;
  byId("qr").showModal();
}

function showProcesses() {
  rows(byId("processes"), Object.entries(state.processes).map(([name, pid]) => [
    name,
    pid ? { text: `pid ${pid}`, css: "number" } : { text: "not running", css: "dead" },
    { key: name + Boolean(pid), node: () => (pid ? [button("kill -9", () => post(`/processes/${name}/kill`), "grave")] : name === "broker" ? [button("Start", () => post(`/processes/${name}/start`))] : []) },
  ]));
}

function showBoards() {
  const { boards, ports } = state.boards;
  byId("boards-section").hidden = !ports.length && !boards.length;
  const act = (on, action) => () => post("/boards", { on, action });
  const wrong = (each) => each.faults.filter((fault) => fault !== "unplugged").join(", ").replaceAll("_", " ");
  rows(byId("ports"), ports.map((each) => [
    { text: each.name.replace(/^usb-FTDI_FT232R_USB_UART_/, "").replace(/-if00-port0$/, ""), css: "type" },
    each.plugged ? { text: wrong(each) || "plugged in", css: each.faults.length ? "dead" : "" } : { text: "plug pulled", css: "dead" },
    { key: each.port + each.plugged + each.faults, node: () => (each.faults.length || !each.plugged
      ? [button(each.plugged ? "Put right" : "Plug in", act(each.port, "mend"))]
      : [button("Pull the plug", act(each.port, "unplug"), "grave"), " ", button("Noise", act(each.port, "noise"))]) },
  ]));
  rows(byId("boards"), boards.map((each) => [
    each.bank,
    { text: each.kind.replace("_", " "), css: "" },
    { text: each.faults.map((fault) => (fault === "dead" ? "no power" : fault.replaceAll("_", " "))).join(", ") || "answers", css: each.faults.length ? "dead" : "" },
    { key: each.bank + each.faults, node: () => (each.faults.length
      ? [button("Put right", act(each.bank, "mend"))]
      : [button("Cut its power", act(each.bank, "cut"), "grave"), " ", button("Lose answers", act(each.bank, "lost_reply"))]) },
  ]));
}

const CONTACTS = {
  power_fail: ["Mains", "there", "gone", "Pull the mains plug", "Plug it in"],
  tamper: ["Housing", "closed", "open", "Open it", "Close it"],
  thermostat: ["Thermostat", "cool", "too hot", "Make it hot", "Let it cool"],
  supply_fault: ["Locks' supply says", "good", "bad", "Break it", "Put right"],
};
/** What somebody plugs in and pulls out; headphones are no trouble. */
const THINGS = {
  keypad: "Keypad",
  loudspeaker: "Sound card (loudspeaker)",
  headphones: "Sound card (headphones)",
  socket: "Socket's input device",
};
const GAUGES = {
  temperature: ["Temperature", (value) => `${value / 1000} °C`, 22000, 70000, "Make it hot"],
  supply_voltage: ["Locks' supply", (value) => `${value / 1000} V`, 12000, 9000, "Make it sag"],
};

function showAround() {
  const { contacts, gauges, lights, things } = state.around;
  byId("around-section").hidden = !Object.keys({ ...contacts, ...gauges, ...lights, ...things }).length;
  rows(byId("around"), [
    ...Object.entries(contacts).filter(([name]) => name === "headphones").map(([name, active]) => {
      const turn = () => post("/around/contact", { name, active: !active });
      return ["Headphones", { text: active ? "in the socket" : "none", css: "" },
        { key: name + active, node: () => [button(active ? "Pull them out" : "Plug them in", turn)] }];
    }),
    ...Object.entries(contacts).filter(([name]) => name in CONTACTS).map(([name, active]) => {
      const [title, quiet, alarmed, make, unmake] = CONTACTS[name];
      const turn = () => post("/around/contact", { name, active: !active });
      return [title, { text: active ? alarmed : quiet, css: active ? "dead" : "" },
        { key: name + active, node: () => [button(active ? unmake : make, turn, active ? "" : "grave")] }];
    }),
    ...Object.entries(gauges).map(([name, value]) => {
      const [title, said, usual, bad, make] = GAUGES[name];
      const turn = () => post("/around/gauge", { name, value: value === usual ? bad : usual });
      return [title, { text: value === null ? "unreadable" : said(value), css: value === usual ? "" : "dead" },
        { key: name + value, node: () => [button(value === usual ? make : "As usual", turn)] }];
    }),
    ...Object.entries(things).map(([name, there]) => {
      const turn = () => post("/around/thing", { name, there: !there });
      return [THINGS[name] || name, { text: there ? "plugged in" : "gone", css: there ? "" : "dead" },
        { key: name + there, node: () => [button(there ? "Pull it out" : "Plug it in", turn, there ? "grave" : "")] }];
    }),
    ...Object.entries(lights).map(([name, level]) => [`Light: ${name}`, { text: name === "loudspeaker" ? (level ? "amplifier on" : "amplifier off") : level ? "lit" : "dark", css: "" }, ""]),
  ]);
}

// --- what people do ------------------------------------------------------------------------------------------------------------

function choose(label) {
  chosen = label;
  show();
}

for (const each of document.querySelectorAll("[data-door]")) {
  each.addEventListener("click", () => {
    const action = each.dataset.door;
    const body = action === "put" ? { item: byId("item").value } : action === "break" ? { fault: byId("fault").value } : {};
    post(`/doors/${chosen}/${action}`, body);
  });
}

function held() {
  const [what, ...rest] = byId("what").value.split(" ");
  const pose = Object.fromEntries(SLIDERS.map((name) => [name, Number(byId(name).value)]));
  // Bars are wide: the same distance shows them larger.
  if (what === "order") pose.size = Math.min(1.6, pose.size * 1.6);
  return { what, name: what === "text" ? byId("text").value : rest.join(" "), on: byId("on").value, inverted: byId("inverted").checked, pose };
}

byId("insert").addEventListener("click", async () => {
  putting = true;
  showCards();
  await post("/card/insert", { document: byId("document").value, forgery: byId("forgery").value, slow: byId("slow").checked, pull_after: Number(byId("pull").value) });
  putting = false;
  showCards();
});
byId("remove").addEventListener("click", () => post("/card/remove"));
byId("document").addEventListener("change", showPrinted);
// Lines of print are fine: the page has to nearly fill the picture, whatever the sliders say.
byId("page").addEventListener("click", () => post("/camera/hold", { what: "page", name: byId("document").value, pose: { size: 0.92, rotation: 1, tilt_x: 2, tilt_y: -2, noise: 3 } }));

byId("hold").addEventListener("click", () => post("/camera/hold", held()));
byId("away").addEventListener("click", () => post("/camera/away"));
byId("what").addEventListener("change", () => showCamera());
for (const name of SLIDERS) {
  byId(name).addEventListener("change", () => {
    if (state && !["nothing", "picture"].includes(state.camera.kind)) post("/camera/hold", held());
  });
}

async function photograph(file) {
  if (file) await post("/camera/picture", file, file.type || "application/octet-stream");
}

byId("file").addEventListener("change", (event) => photograph(event.target.files[0]));
byId("drop").addEventListener("dragover", (event) => {
  event.preventDefault();
  byId("drop").classList.add("over");
});
byId("drop").addEventListener("dragleave", () => byId("drop").classList.remove("over"));
byId("drop").addEventListener("drop", (event) => {
  event.preventDefault();
  byId("drop").classList.remove("over");
  photograph(event.dataTransfer.files[0]);
});

byId("collect").addEventListener("click", () => post("/robots/collect", { right: byId("collector").value }));
byId("load").addEventListener("click", () => post("/robots/load", { deposits: onTheDesk() }));
byId("announce").addEventListener("click", () => post("/office/announce", { order: byId("order").value, document_type: byId("type").value }));
byId("issue").addEventListener("click", () =>
  post("/office/issue", {
    deposits: [...byId("deposits").selectedOptions].map((each) => each.value),
    name: byId("name").value,
    language: byId("language").value,
    birth_date: byId("birth").value,
    pin: byId("pin").value,
    surname: byId("surname").value,
    given_names: byId("given").value,
  }),
);
byId("qr-close").addEventListener("click", () => byId("qr").close());

// --- beginning -------------------------------------------------------------------------------------------------------------------

async function links() {
  const { address } = await (await fetch("/pages-address")).json();
  if (!address) return;
  for (const [words, path] of [["Kiosk page", ""], ["Staff page", "staff"], ["Technician page", "technician"]]) {
    const link = document.createElement("a");
    link.href = address + path;
    link.target = `abholfach-${path || "kiosk"}`;
    link.rel = "noopener";
    link.textContent = words;
    byId("links").append(link);
  }
}

const stream = new EventSource("/events");
stream.onmessage = (event) => {
  const next = JSON.parse(event.data);
  if (!next.compartments) return;
  state = next;
  show();
};
stream.onerror = () => trouble("The panel does not answer. Is the demo still running?");
stream.onopen = () => trouble("");
links();
