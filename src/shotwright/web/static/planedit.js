// Changing a plan changes the plan: the words stay as they were written, and what differs from them is listed.
import { h } from "./lib.js";
import { actionLabel, effectLabel, entityLabel, framingLabel, moveLabel, relationLabel, words } from "./plan.js";
import { fieldsOf, LEAST_S } from "./planchanges.js";

const STEP_S = 0.1,
  EDGE_PX = 7,
  SLOP_PX = 3;
const NINE = [
  ["background_left", "background", "background_right"],
  ["left", "center", "right"],
  ["foreground_left", "foreground", "foreground_right"],
];
const tenth = (value) => Math.round(value * 10) / 10;

const labelled = {
  shots: framingLabel,
  camera: moveLabel,
  entities: entityLabel,
  relations: relationLabel,
  actions: actionLabel,
  effects: effectLabel,
};

/** A change in words: "orbit cw: degrees 45 instead of 90". */
function told({ list, key, was, is }, plan) {
  const text = (value) =>
    value === null || value === undefined || value === "" ? "none" : typeof value === "object" ? wayOf(value) : nameOf(value);
  const nameOf = (value) => words(String(value).replace(/^@@/, "").replace(/ #1$/, ""));
  if (key === "setting")
    return `place: ${(is?.places ?? []).map(words).join(", ") || "none"} instead of ${(was?.places ?? []).map(words).join(", ") || "none"}`;
  if (!list) return `${words(key)}: ${text(is)} instead of ${text(was)}`;
  const label = (item) => labelled[list]?.(item, plan)?.replace(/@@(.*?) #1/g, "$1") || words(item.noun ?? item.op ?? list);
  if (!is) return `${label(was)}: taken out`;
  if (!was) return `${label(is)}: added`;
  const names = fieldsOf(was, is);
  return `${label(was)}: ${names.map((name) => `${words(name.replace(/_s$/, ""))} ${text(is[name])} instead of ${text(was[name])}`).join(", ")}`;
}

const wayOf = (value) =>
  Array.isArray(value)
    ? value.join(", ")
    : Object.entries(value)
        .map(([name, to]) => `${name} ${words(String(to))}`)
        .join(" ") || "none";

/** The editor beside a drawn plan: its bar, its form, its drags. `vocabulary` has what can be chosen. */
export class PlanEditor {
  /** `read(words)` gives the entities that a few words name. */
  constructor(edits, vocabulary, read) {
    this.edits = edits;
    this.vocabulary = vocabulary;
    this.read = read;
    this.at = null;
    this.form = h("div.plan-form");
    document.addEventListener("keydown", (event) => {
      const isText = event.target.matches?.("input, textarea, select, [contenteditable]");
      if (isText || !(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") return;
      event.preventDefault();
      event.shiftKey ? edits.redo() : edits.undo();
    });
  }

  /** What can be done with the whole plan, and what was done. */
  bar() {
    const { edits } = this,
      plan = edits.plan;
    const buttons = h(
      "div.plan-bar",
      { role: "group", "aria-label": "Change the plan" },
      h(
        "button.quiet",
        { type: "button", id: "plan-undo", disabled: !edits.past.length, title: "Ctrl Z", onclick: () => edits.undo() },
        "Undo",
      ),
      h(
        "button.quiet",
        { type: "button", id: "plan-redo", disabled: !edits.future.length, title: "Ctrl Shift Z", onclick: () => edits.redo() },
        "Redo",
      ),
      this.#adds(plan),
    );
    if (!edits.differs) return buttons;
    const list = edits.active.map((change) =>
      h(
        "li",
        {},
        told(change, plan),
        " ",
        h(
          "button.quiet",
          { type: "button", "aria-label": `As the words say: ${told(change, plan)}`, onclick: () => edits.drop(change) },
          "As the words say",
        ),
      ),
    );
    return h(
      "div",
      {},
      buttons,
      h(
        "section.differs",
        { "aria-label": "Where the plan differs from the words" },
        h(
          "p",
          {},
          h("strong", {}, "The plan differs from the words."),
          " The draft follows the plan; your words stay as they are, and engines that read words get them unchanged.",
        ),
        h("ul", {}, list),
        h("button", { type: "button", id: "plan-reset", onclick: () => edits.reset() }, "Back to the words"),
      ),
    );
  }

  /** Where the form of what was picked stands. */
  place() {
    this.#draw();
    return this.form;
  }

  open(at) {
    this.at = at && { ...at, key: this.edits.plan[at.list]?.[at.index]?._key };
    this.#draw();
    this.form.querySelector("select, input, button")?.focus();
  }

  /** What the form is of, wherever it stands now. */
  #item() {
    if (!this.at) return null;
    const items = this.edits.plan[this.at.list] ?? [];
    this.at.index = items.findIndex((item) => item._key === this.at.key);
    return items[this.at.index] ?? null;
  }

  #draw() {
    const item = this.#item();
    if (!item) {
      this.at = null;
      this.form.replaceChildren();
      return;
    }
    const { list, index } = this.at,
      plan = this.edits.plan;
    const set = (name, value) => this.edits.change((next) => (next[list][index][name] = value));
    this.form.replaceChildren(
      h(
        "div.move-editor",
        { role: "group", "aria-label": `Change ${labelled[list]?.(item, plan) || words(list)}` },
        this.#fields(list, item, plan, set),
        h(
          "button.danger",
          {
            type: "button",
            onclick: () => {
              this.at = null;
              this.edits.change((next) => next[list].splice(index, 1));
            },
          },
          "Take out",
        ),
        h("button.quiet", { type: "button", onclick: () => this.open(null) }, "Close"),
      ),
    );
  }

  #fields(list, item, plan, set) {
    const { sizes, angles, moves, motions, effects } = this.vocabulary;
    const things = [["", "nothing"], ...plan.entities.map((one) => [one.id, one.ref ?? words(one.noun)])],
      spots = [
        ["", "where it is"],
        ...["left", "right", "near", "far", "up", "down", "out"].map((name) => [name, name]),
        ...things.slice(1),
      ];
    const time = [
      number("From", item.start_s, { min: 0, max: plan.duration_s, step: 0.1 }, (value) =>
        set("start_s", Math.min(value, (item.end_s || plan.duration_s) - LEAST_S)),
      ),
      number("To", item.end_s, { min: 0, max: plan.duration_s, step: 0.1 }, (value) =>
        set("end_s", Math.max(value, item.start_s + LEAST_S)),
      ),
    ];
    const named = (names, none) => [...(none ? [["", none]] : []), ...names.map((name) => [name, words(name)])];
    if (list === "camera")
      return [
        choice(
          "Move",
          moves.filter((one) => one.is_offered || one.move === item.move).map((one) => [one.move, one.label]),
          item.move,
          (value) => set("move", value),
        ),
        ...time,
        moves.some((one) => one.move === item.move && one.takes_degrees)
          ? number("Degrees", item.degrees ?? "", { min: 5, max: 720, step: 5 }, (value) => set("degrees", value || null))
          : null,
        choice("Speed", named(["slow", "smooth", "fast"], "as usual"), item.speed ?? "", (value) => set("speed", value || null)),
        choice("On", things, plan.entities.some((one) => one.id === item.target) ? item.target : "", (value) =>
          set("target", value || null),
        ),
      ];
    if (list === "shots")
      return [
        choice("Size", named(sizes, "as it fits"), item.size ?? "", (value) => set("size", value || null)),
        choice("Angle", named(angles, "eye level"), item.angle ?? "", (value) => set("angle", value || null)),
      ];
    if (list === "actions")
      return [
        choice("Does", [...(item.motion ? [] : [["", `${item.verb} (not acted)`]]), ...named(motions)], item.motion ?? "", (value) =>
          set("motion", value || null),
        ),
        choice(
          "To",
          things.filter(([id]) => id !== item.who),
          item.object ?? "",
          (value) => set("object", value || null),
        ),
        choice("Comes from", spots, item.path?.from ?? "", (value) => set("path", way(item.path, "from", value))),
        choice("Goes to", spots, item.path?.to ?? "", (value) => set("path", way(item.path, "to", value))),
        ...time,
      ];
    if (list === "entities")
      return [
        text("Noun", item.noun, (value) => value && set("noun", value)),
        number("How many", item.count ?? 1, { min: 1, max: 12, step: 1 }, (value) => set("count", Math.max(1, Math.round(value)))),
        text("Colour", item.colour ?? "", (value) => set("colour", value || null)),
        choice("Stands", named(NINE.flat(), "where it fits"), item.placement ?? "", (value) => set("placement", value || null)),
      ];
    if (list === "effects") return [choice("Effect", named(effects), item.kind, (value) => set("kind", value)), ...time];
    return [];
  }

  #adds(plan) {
    const { moves, effects } = this.vocabulary;
    const add = (list, item) => {
      this.edits.change((next) => {
        if (list === "camera") makeRoom(next);
        next[list].push({ ...item, _key: `added ${Date.now()} ${next[list].length}` });
      });
      this.open({ list, index: this.edits.plan[list].length - 1 });
    };
    const last = plan.camera.length ? tenth((plan.duration_s * plan.camera.length) / (plan.camera.length + 1)) : 0;
    return h(
      "details.adds",
      {},
      h("summary", {}, "Add"),
      h(
        "div.palette",
        {},
        moves
          .filter((one) => one.is_offered)
          .map((one) =>
            h(
              "button",
              { type: "button", onclick: () => add("camera", { move: one.move, start_s: last, end_s: plan.duration_s }) },
              one.label,
            ),
          ),
      ),
      h(
        "label.field",
        {},
        "An effect ",
        pickFrom(
          [["", "choose"], ...effects.map((name) => [name, words(name)])],
          "",
          (value) => value && add("effects", { kind: value, where: "scene", start_s: 0, end_s: plan.duration_s }),
        ),
      ),
      h(
        "form.field",
        {
          onsubmit: async (event) => {
            event.preventDefault();
            const [found] = (await this.read(event.target.noun.value.trim())) ?? [];
            if (found) add("entities", { ...found, id: freeId(this.edits.plan), span: null });
          },
        },
        h(
          "label",
          {},
          "Somebody or something ",
          h("input", { name: "noun", maxlength: 60, required: true, placeholder: "an old woman, a red car" }),
        ),
        h("button", { type: "submit" }, "Add"),
      ),
    );
  }

  // Drags and keys

  /** Arrows move a bar by a tenth of a second, with Shift its end; Delete takes it out. */
  key(event, { at }) {
    if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      this.edits.change((next) => next[at.list].splice(at.index, 1));
    }
    const step = { ArrowLeft: -STEP_S, ArrowRight: STEP_S }[event.key];
    if (!step || at.list === "entities" || at.list === "shots") return;
    event.preventDefault();
    const { start_s: start, end_s: end } = this.edits.plan[at.list][at.index];
    event.shiftKey ? this.#time(at, start, end + step) : this.#move(at, start, end, step);
  }

  /** All of a bar by some seconds, as far as the clip goes. */
  #move(at, start, end, by) {
    const most = Math.max(-start, Math.min(by, this.edits.plan.duration_s - end));
    this.#time(at, start + most, end + most);
  }

  #time({ list, index }, start, end) {
    const total = this.edits.plan.duration_s,
      from = tenth(Math.max(0, Math.min(start, total - LEAST_S)));
    const to = tenth(Math.min(total, Math.max(end, from + LEAST_S)));
    this.edits.change((next) => Object.assign(next[list][index], { start_s: from, end_s: to }));
  }

  draggable(group, bar, { pick, seconds, x }) {
    const rect = group.querySelector("rect"),
      canMove = bar.at.list !== "entities" && bar.at.list !== "shots";
    let side = "all";
    const times = (by) => {
      if (side === "all") by = Math.max(-bar.start, Math.min(by, this.edits.plan.duration_s - bar.end));
      return [side === "end" ? bar.start : bar.start + by, side === "start" ? bar.end : bar.end + by];
    };
    drag(group, {
      onstart: (event) => {
        const box = rect.getBoundingClientRect();
        side = event.clientX - box.left < EDGE_PX ? "start" : box.right - event.clientX < EDGE_PX ? "end" : "all";
      },
      onmove: ([px]) => {
        if (!canMove) return;
        const [start, end] = times(seconds(px));
        rect.setAttribute("x", x(start) + 1);
        rect.setAttribute("width", Math.max(4, x(end) - x(start) - 2));
      },
      onend: ([px]) => (canMove ? this.#time(bar.at, ...times(seconds(px))) : pick()),
      onclick: pick,
    });
  }

  /** Somebody in the view from above can be dragged to another third of the frame, nearer or farther. */
  standing(group, item, { metres }) {
    const index = this.edits.plan.entities.findIndex((one) => one.id === item.id);
    if (index < 0) return;
    group.classList.add("changes");
    group.setAttribute("tabindex", "0");
    group.setAttribute("role", "button");
    group.setAttribute("aria-label", `${item.name ?? item.ref}: change; arrows put it to the left, to the right, nearer or farther`);
    const put = (x, z) => {
      const column = x < -0.8 ? 0 : x > 0.8 ? 2 : 1,
        row = z > item.home + 2 ? 0 : z < item.home - 1.2 ? 2 : 1;
      this.edits.change((next) => (next.entities[index].placement = NINE[row][column]));
    };
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
    const open = () => this.open({ list: "entities", index });
    group.addEventListener("keydown", (event) => {
      if (event.key === "Enter") open();
      if (!step[event.key]) return;
      event.preventDefault();
      const now = this.edits.plan.entities[index].placement ?? "center",
        at = NINE.findIndex((row) => row.includes(now));
      const row = at < 0 ? 1 : at,
        column = at < 0 ? 1 : NINE[row].indexOf(now);
      const [down, right] = step[event.key];
      this.edits.change((next) => (next.entities[index].placement = NINE[limit(row + down)][limit(column + right)]));
    });
    drag(group, {
      onmove: (by) => group.setAttribute("transform", `translate(${by.join(" ")})`),
      onend: ([right, down]) => put(item.x + right * metres, item.z - down * metres),
      onclick: open,
    });
  }
}

const limit = (index) => Math.max(0, Math.min(2, index));

/** Follow a pointer from where it goes down, in units of the drawing; what moved hardly was a click. */
function drag(group, { onstart = () => {}, onmove, onend, onclick }) {
  group.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    const svg = group.ownerSVGElement,
      scale = svg.viewBox.baseVal.width / svg.getBoundingClientRect().width;
    let by = [0, 0];
    onstart(event);
    const move = (next) => {
      by = [(next.clientX - event.clientX) * scale, (next.clientY - event.clientY) * scale];
      if (Math.hypot(...by) >= SLOP_PX) onmove(by);
    };
    const done = (last) => {
      group.removeEventListener("pointermove", move);
      group.removeEventListener("pointerup", done);
      group.removeEventListener("pointercancel", done);
      if (last.type === "pointercancel") onmove([0, 0]);
      else if (Math.hypot(...by) >= SLOP_PX) onend(by);
      else onclick();
    };
    group.setPointerCapture(event.pointerId);
    group.addEventListener("pointermove", move);
    group.addEventListener("pointerup", done);
    group.addEventListener("pointercancel", done);
  });
}

/** The moves that are there give a new one its share of the clip. */
function makeRoom(plan) {
  const share = plan.camera.length / (plan.camera.length + 1);
  for (const item of plan.camera)
    Object.assign(item, { start_s: tenth(item.start_s * share), end_s: tenth((item.end_s || plan.duration_s) * share) });
}

/** An id that the reader of words never gives. */
function freeId(plan) {
  return `e${Math.max(900, ...plan.entities.map((item) => Number(item.id.slice(1)) || 0)) + 1}`;
}

function way(path, name, value) {
  const next = { ...path, [name]: value };
  if (!value) delete next[name];
  return Object.keys(next).length ? next : null;
}

const pickFrom = (options, value, onpick) =>
  h(
    "select",
    { onchange: (event) => onpick(event.target.value) },
    options.map(([name, label]) => h("option", { value: name, selected: name === value }, label)),
  );
const choice = (label, options, value, onpick) => h("label.field", {}, `${label} `, pickFrom(options, value, onpick));
const number = (label, value, limits, onset) =>
  h(
    "label.field",
    {},
    `${label} `,
    h("input", { type: "number", value, ...limits, onchange: (event) => event.target.value !== "" && onset(Number(event.target.value)) }),
  );
const text = (label, value, onset) =>
  h("label.field", {}, `${label} `, h("input", { value, maxlength: 60, onchange: (event) => onset(event.target.value.trim()) }));
