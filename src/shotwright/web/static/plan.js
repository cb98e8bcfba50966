// A shot plan to look at: timeline, camera from above, shot list, warnings. `planedit.js` changes one.
import { h, s } from "./lib.js";

const ROW = 26,
  LEFT = 74,
  WIDTH = 760;
export const words = (text) => String(text ?? "").replaceAll("_", " ");
const time = (value) => `${Math.round(value * 10) / 10} s`;

/** A plan whose spans count UTF-16 units, as JavaScript does, instead of characters. */
export function localSpans(plan, prompt) {
  if (!plan || [...prompt].length === prompt.length) return plan;
  const at = [0];
  for (const character of prompt) at.push(at.at(-1) + character.length);
  const moved = (span) => (Array.isArray(span) && span.length === 2 ? span.map((index) => at[index] ?? prompt.length) : span);
  const inner = (items) => items.map((item) => (item.span ? { ...item, span: moved(item.span) } : item));
  return {
    ...plan,
    setting: inner([plan.setting ?? {}])[0],
    spans: Object.fromEntries(Object.entries(plan.spans ?? {}).map(([name, span]) => [name, moved(span)])),
    ...Object.fromEntries(
      ["camera", "shots", "entities", "relations", "actions", "effects", "edits", "unread", "warnings"].map((name) => [
        name,
        inner(plan[name] ?? []),
      ]),
    ),
  };
}

/** Our own camera file as the view from above wants it: degrees and millimetres, a pose or so for every second frame. */
export function fromCamera({ poses }) {
  const step = Math.max(1, Math.floor(poses.length / 60));
  return {
    path: poses
      .filter((_, index) => index % step === 0 || index === poses.length - 1)
      .map(({ x, y, z, yaw, lens }) => [x, y, z, (yaw * 180) / Math.PI, lens * 36]),
    cast: [],
  };
}

/** Draw a plan into `root`. `onpick(span)` shows words in the prompt; without it nothing can be picked. `editor` of `planedit.js` changes it. */
export function drawPlan(root, { plan, top_view: view, prompt = "", onpick = null, editor = null }) {
  const parts = [
    h("p.muted", {}, summary(plan)),
    editor?.bar() ?? null,
    h("div.scroll", { tabindex: 0, role: "region", "aria-label": "Timeline" }, timeline(plan, onpick, editor)),
    editor?.place() ?? null,
    h("div.views", {}, view ? topView(view, editor) : null, shotList(plan, prompt, onpick)),
    remarks(plan, prompt, { onpick }),
  ];
  root.classList.add("plan");
  root.replaceChildren(...parts.filter(Boolean));
}

function summary(plan) {
  const count = (number, one) => `${number} ${one}${number === 1 ? "" : "s"}`;
  const parts = [words(plan.task), time(plan.duration_s)];
  if (plan.continuation) parts.push(words(plan.continuation));
  if (plan.camera.length) parts.push(count(plan.camera.length, "camera move"));
  if (plan.shots.some((item) => item.cut)) parts.push(count(plan.shots.length, "shot"));
  if (plan.entities.length) parts.push(count(plan.entities.length, "thing"));
  if (plan.actions.length) parts.push(count(plan.actions.length, "action"));
  if (plan.edits.length) parts.push(count(plan.edits.length, "edit"));
  return parts.join(" · ");
}

function rowsOf(plan) {
  const total = plan.duration_s,
    rows = [];
  const moves = plan.camera.map((item, index) => ({
    kind: "move",
    start: item.start_s,
    end: item.end_s || total,
    label: moveLabel(item, plan),
    at: { list: "camera", index },
    span: item.span,
  }));
  rows.push(...lanes("camera", moves));
  if (plan.shots.length)
    rows.push([
      "framing",
      plan.shots.map((item, index) => ({
        kind: "shot",
        start: item.start_s,
        end: item.end_s,
        label: framingLabel(item),
        at: { list: "shots", index },
        span: item.span,
      })),
    ]);
  if (plan.start_frame || plan.end_frame) {
    const frames = [];
    if (plan.start_frame)
      frames.push({ kind: "shot", start: 0, end: total * 0.12, label: plan.start_frame, span: plan.spans?.start_frame });
    if (plan.end_frame) frames.push({ kind: "shot", start: total * 0.88, end: total, label: plan.end_frame, span: plan.spans?.end_frame });
    rows.push(["frames", frames]);
  }
  plan.entities.forEach((item, index) => rows.push(...lanes(item.ref ?? words(item.noun), entityBars(plan, item, index, total))));
  if (plan.effects.length)
    rows.push([
      "effects",
      plan.effects.map((item, index) => ({
        kind: "edit",
        start: item.start_s,
        end: item.end_s,
        label: effectLabel(item, plan),
        at: { list: "effects", index },
        span: item.span,
      })),
    ]);
  for (const item of plan.edits) rows.push(["edit", [{ kind: "edit", start: 0, end: total, label: editLabel(item), span: item.span }]]);
  return rows.filter(([, bars]) => bars.length);
}

/** What somebody does, as bars; who does nothing has one bar that says who they are. */
function entityBars(plan, item, number, total) {
  const acts = plan.actions.map((act, index) => ({ act, index })).filter(({ act }) => act.who === item.id);
  if (!acts.length)
    return [
      {
        kind: "subject",
        start: item.appears_s ?? 0,
        end: total,
        label: entityLabel(item),
        at: { list: "entities", index: number },
        span: item.span,
      },
    ];
  return acts.map(({ act, index }) => ({
    kind: "subject",
    start: act.start_s,
    end: act.end_s,
    label: actionLabel(act, plan),
    at: { list: "actions", index },
    span: act.span,
  }));
}

/** An entity by its picture or its noun; anything else as it is. */
export const called = (plan, name) => {
  const found = plan.entities.find((item) => item.id === name);
  return found ? (found.ref ?? words(found.noun)) : words(name);
};
export const framingLabel = (item) => [item.cut ? "cut to" : "", item.size, item.angle].filter(Boolean).map(words).join(", ");
export const entityLabel = (item) =>
  [item.count > 1 ? item.count : "", ...(item.attributes ?? []), words(item.noun), item.role, item.placement].filter(Boolean).join(", ");
export const effectLabel = (item, plan) =>
  [words(item.kind), item.where === "scene" ? "" : called(plan, item.where)].filter(Boolean).join(", ");
const wayLabel = (path, plan) =>
  ["from", "to", "along", "around", "over"].map((name) => (path?.[name] ? `${name} ${called(plan, path[name])}` : "")).join(" ");
export const actionLabel = (item, plan) =>
  [item.verb, item.object ? called(plan, item.object) : "", wayLabel(item.path, plan)].filter(Boolean).join(" ").replace(/ +/g, " ").trim();
export const relationLabel = (item, plan) => `${called(plan, item.of)} ${words(item.relation)} ${called(plan, item.to)}`;

function lanes(name, bars) {
  const rows = [];
  for (const bar of bars) {
    const free = rows.find((row) => row[1].every((other) => bar.start >= other.end - 1e-3 || bar.end <= other.start + 1e-3));
    free ? free[1].push(bar) : rows.push([rows.length ? "" : name, [bar]]);
  }
  return rows;
}

export const moveLabel = (item, plan) =>
  [
    words(item.move),
    item.degrees ? `${Math.round(item.degrees)}°` : "",
    item.speed ? words(item.speed) : "",
    item.target && !item.target.startsWith("_") ? `→ ${called(plan, item.target)}` : "",
    item.end_view ? `${words(item.end_view)} view` : "",
  ]
    .filter(Boolean)
    .join(" ");
const editLabel = (item) =>
  [words(item.op), words(item.target ?? item.what ?? ""), item.with || item.to ? `→ ${words(item.with ?? item.to)}` : ""]
    .filter(Boolean)
    .join(" ");

function timeline(plan, onpick, editor) {
  const rows = rowsOf(plan),
    height = 24 + rows.length * ROW;
  const x = (value) => LEFT + (value / plan.duration_s) * (WIDTH - LEFT - 8);
  const svg = s("svg.timeline", { viewBox: `0 0 ${WIDTH} ${height}`, role: "group", "aria-label": "Timeline" });
  const step = plan.duration_s > 6 ? 2 : 1;
  for (let second = 0; second <= plan.duration_s + 1e-6; second += step) {
    svg.append(
      s("line.grid", { x1: x(second), x2: x(second), y1: 16, y2: height }),
      s("text", { x: x(second), y: 11, "text-anchor": second === 0 ? "start" : "middle" }, `${second} s`),
    );
  }
  rows.forEach(([name, bars], index) => {
    const y = 20 + index * ROW;
    svg.append(s("text", { x: 0, y: y + 15 }, name));
    for (const bar of bars) svg.append(drawn(bar, y, x, onpick, editor));
  });
  return svg;
}

function drawn(bar, y, x, onpick, editor) {
  const width = Math.max(6, x(bar.end) - x(bar.start) - 2),
    room = Math.floor((width - 8) / 6.2);
  const label = bar.label.length > room ? (room > 3 ? bar.label.slice(0, room - 1) + "…" : "") : bar.label;
  const said = `${bar.label}, ${time(bar.start)} to ${time(bar.end)}`;
  const changes = editor && bar.at,
    pickable = onpick && (bar.span || changes);
  const group = s(
    `g.bar.${bar.kind}${changes ? ".changes" : ""}`,
    pickable
      ? { tabindex: 0, role: "button", "aria-label": changes ? `${said}: change` : `${said}: show the words` }
      : { role: "img", "aria-label": said },
    s("title", {}, changes ? `${said}. Click to change, drag to move, drag an end to stretch.` : said),
    s("rect", { x: x(bar.start) + 1, y, width, height: ROW - 5 }),
    s("text", { x: x(bar.start) + 6, y: y + 15 }, label),
  );
  if (!pickable) return group;
  const pick = () => {
    if (bar.span) onpick(bar.span, { keepsFocus: Boolean(changes) });
    if (changes) editor.open(bar.at);
  };
  group.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      pick();
    } else if (changes) editor.key(event, bar);
  });
  if (changes) editor.draggable(group, bar, { pick, seconds: (px) => px / (x(1) - x(0)), x });
  else group.addEventListener("click", pick);
  return group;
}

/** The camera from above: metres, the start at the bottom. */
export function topView({ path, cast }, editor = null) {
  const points = path.map(([x, , z]) => [x, z]),
    all = [...points, ...cast.map(({ x, z }) => [x, z])];
  const [minX, maxX] = range(
      all.map(([x]) => x),
      5,
    ),
    [minZ, maxZ] = range(
      all.map(([, z]) => z),
      5,
    );
  const span = Math.max(maxX - minX, maxZ - minZ) * 1.25,
    size = 300;
  const at = (x, z) => [size / 2 + ((x - (minX + maxX) / 2) / span) * size, size / 2 - ((z - (minZ + maxZ) / 2) / span) * size];
  const svg = s("svg.top-view", { viewBox: `0 0 ${size} ${size}`, role: editor ? "group" : "img", "aria-label": described(path) });
  svg.append(s("title", {}, "The camera from above"));
  const grid = niceStep(span);
  for (let metre = Math.ceil((minX - span) / grid) * grid; metre < maxX + span; metre += grid) {
    const [px] = at(metre, 0);
    if (px > 0 && px < size) svg.append(s("line.grid", { x1: px, x2: px, y1: 0, y2: size }));
  }
  for (let metre = Math.ceil((minZ - span) / grid) * grid; metre < maxZ + span; metre += grid) {
    const [, py] = at(0, metre);
    if (py > 0 && py < size) svg.append(s("line.grid", { x1: 0, x2: size, y1: py, y2: py }));
  }
  svg.append(s("text", { x: 8, y: size - 8 }, `${grid} m squares`));
  for (const index of [0, Math.floor(path.length / 2), path.length - 1]) svg.append(cone(path[index], at, span, size));
  svg.append(
    s("polyline.path", {
      points: points
        .map(([x, z]) =>
          at(x, z)
            .map((value) => value.toFixed(1))
            .join(","),
        )
        .join(" "),
    }),
  );
  const [sx, sy] = at(...points[0]),
    [ex, ey] = at(...points.at(-1));
  svg.append(s("circle.start", { cx: sx, cy: sy, r: 4.5 }), s("circle.end", { cx: ex, cy: ey, r: 4.5 }));
  [...cast]
    .sort((one, other) => one.x - other.x)
    .forEach((item, index) => {
      const [x, y] = at(item.x, item.z),
        name = item.name ?? item.ref;
      const above = index % 2 === 1; // neighbours' names stand apart
      const who = s(
        "g.who",
        {},
        s("title", {}, name),
        s("circle.who", { cx: x, cy: y, r: 6 }),
        s("text", { x: Math.max(24, Math.min(size - 24, x)), y: above ? y - 11 : y + 19, "text-anchor": "middle" }, name),
      );
      if (editor && item.id) editor.standing(who, item, { metres: span / size });
      svg.append(who);
    });
  return svg;
}

function cone([x, , z, yaw, lens], at, span, size) {
  const half = Math.atan(18 / lens),
    reach = span * 0.16,
    look = (yaw * Math.PI) / 180;
  const tip = at(x, z),
    a = at(x + reach * Math.sin(look - half), z + reach * Math.cos(look - half)),
    b = at(x + reach * Math.sin(look + half), z + reach * Math.cos(look + half));
  return s("polygon.cone", {
    points: [tip, a, b].map((point) => point.map((value) => Math.max(-size, Math.min(2 * size, value)).toFixed(1)).join(",")).join(" "),
  });
}

function range(values, least) {
  const [low, high] = [Math.min(...values), Math.max(...values)],
    extra = Math.max(0, least - (high - low)) / 2;
  return [low - extra, high + extra];
}

const niceStep = (span) => [0.5, 1, 2, 5, 10, 20, 50].find((step) => span / step < 9) ?? 100;

function described(path) {
  const [start, end] = [path[0], path.at(-1)],
    length = path
      .slice(1)
      .reduce((sum, point, index) => sum + Math.hypot(point[0] - path[index][0], point[1] - path[index][1], point[2] - path[index][2]), 0);
  return `Camera path from above: ${length.toFixed(1)} metres long, ends ${Math.hypot(end[0] - start[0], end[2] - start[2]).toFixed(1)} metres from its start, turned by ${Math.round(end[3] - start[3])} degrees`;
}

function shotList(plan, prompt, onpick) {
  const items = [];
  const add = (when, what, span) => items.push({ when, what, span });
  if (plan.start_frame) add(0, `${plan.start_frame}: start frame`, plan.spans?.start_frame);
  if (plan.end_frame) add(plan.duration_s, `${plan.end_frame}: end frame`, plan.spans?.end_frame);
  for (const item of plan.shots) if (item.size || item.angle || item.cut) add(item.start_s, framingLabel(item), item.span);
  for (const item of plan.camera) add(item.start_s, moveLabel(item, plan), item.span);
  for (const item of plan.entities) add(item.appears_s ?? 0, `${item.ref ? `${item.ref}: ` : ""}${entityLabel(item)}`, item.span);
  for (const item of plan.relations) add(item.start_s ?? 0, relationLabel(item, plan), item.span);
  for (const item of plan.actions) add(item.start_s ?? 0, `${called(plan, item.who)}: ${actionLabel(item, plan)}`, item.span);
  for (const item of plan.effects) add(item.start_s ?? 0, effectLabel(item, plan), item.span);
  if (plan.setting?.places) add(0, `in: ${plan.setting.places.map(words).join(", ")}`, plan.setting.span);
  for (const item of plan.edits) add(0, editLabel(item), item.span);
  for (const ref of plan.style_refs ?? []) add(0, `${ref}: style`, plan.spans?.[ref]);
  if (plan.place_ref) add(0, `${plan.place_ref}: place`, plan.spans?.place_ref);
  for (const [name, value] of Object.entries(plan.look ?? {})) add(0, `${words(name)}: ${words(value)}`, plan.spans?.[`look.${name}`]);
  for (const name of plan.preserve ?? []) add(0, `keep ${words(name)}`, plan.spans?.[`preserve.${name}`]);
  items.sort((a, b) => a.when - b.when);
  return h(
    "ol.shots",
    { "aria-label": "Shot list" },
    items.length
      ? items.map(({ when, what, span }) =>
          h(
            "li",
            {},
            h("span.when", {}, time(when)),
            h("span.what", {}, what),
            span
              ? onpick
                ? h("button.words", { type: "button", onclick: () => onpick(span) }, short(prompt, span))
                : h("span.words.muted", {}, short(prompt, span))
              : null,
          ),
        )
      : h("li.muted", {}, "Nothing was read from the prompt yet."),
  );
}

const short = (prompt, [start, end]) => {
  const text = prompt.slice(start, end);
  return text.length > 40 ? text.slice(0, 39) + "…" : text;
};

const SHORT_LIST = 4;

/** What was not read, not drawn or is odd, in sentences; null when there is nothing to say. A long list folds behind its first lines. */
export function remarks(plan, prompt, { onpick = null, label = "Warnings", isFolded = false } = {}) {
  const items = plan.warnings.map((item) => ({ text: item.text, span: item.span, kind: "" }));
  for (const text of plan.not_rendered ?? []) items.push({ text: `Not in the clip: ${text}`, kind: "" });
  for (const { span, why } of plan.unread ?? []) items.push({ text: `Not read: “${prompt.slice(...span)}”: ${why}`, span, kind: "unread" });
  if (!items.length) return null;
  const list = (some) =>
    h(
      "ul.warnings",
      { "aria-label": label },
      some.map(({ text, span, kind }) =>
        h(`li${kind ? "." + kind : ""}`, {}, span && onpick ? h("button", { type: "button", onclick: () => onpick(span) }, text) : text),
      ),
    );
  if (!isFolded || items.length <= SHORT_LIST + 1) return list(items);
  const rest = items.slice(SHORT_LIST);
  return h("div", {}, list(items.slice(0, SHORT_LIST)), h("details", {}, h("summary", {}, `${rest.length} more remarks`), list(rest)));
}

/** What stands under a clip: where it differs from its words. */
export const underClip = (plan, prompt) =>
  remarks(localSpans(plan, prompt), prompt, { label: "Where the clip differs from the words", isFolded: true });
