// The form of a request, made from the schema: prompt, media, elements and choices; what it says as JSON.
import { attempt, $, h, pageData, place, shaped } from "./lib.js";
import { dropZone, Media, tile } from "./media.js";
import { PromptEditor } from "./prompt.js";

export const data = pageData(),
  form = data.form;
export const fields = Object.fromEntries(form.groups.flatMap((group) => group.fields.map((field) => [field.name, field])));
export const state = { media: {}, images: [], elements: [], choices: {}, plan: null };
export let editor = null;
const boxes = {};
let isFilling = false,
  told = () => {},
  onfill = () => {};

/** Call `begin(plan)` when the form is filled: with the plan that came along, or null. */
export function whenFilled(begin) {
  onfill = begin;
}

/** The request as its JSON: what is empty is left out. */
export function argumentsNow() {
  const found = {};
  for (const field of Object.values(fields)) {
    const value = valueOf(field);
    if (value !== undefined) found[field.name] = value;
  }
  if (state.plan && editor.value) found.plan = state.plan; // changed by hand: what the words say otherwise
  return found;
}

function valueOf(field) {
  if (field.kind === "prompt") return editor.value || undefined;
  if (field.kind === "video" || field.kind === "image") return state.media[field.name]?.url || undefined;
  if (field.kind === "images") return state.images.length ? state.images.map((item) => item.url) : undefined;
  if (field.kind === "elements") return state.elements.length ? state.elements.map(elementValue) : undefined;
  if (field.kind === "boolean") return state.choices[field.name] || undefined;
  return state.choices[field.name];
}

const elementValue = ({ frontal, views }) => ({
  frontal_image_url: frontal?.url ?? "",
  ...(views.length ? { reference_image_urls: views.map((view) => view.url) } : {}),
});

function references() {
  const found = [];
  const add = (ref, kind, media, label) =>
    found.push({ ref, kind, thumb: media?.kind === "video" && !media?.thumb?.startsWith("data:") ? "" : (media?.thumb ?? ""), label });
  if (fields.video_url && state.media.video_url) add("@Video1", "video", state.media.video_url, state.media.video_url.name);
  const frames = ["start_image_url", "end_image_url"].filter((name) => state.media[name]);
  frames.forEach((name, index) => add(`@Image${index + 1}`, "image", state.media[name], fields[name].label.toLowerCase()));
  state.images.forEach((item, index) => add(`@Image${index + 1}`, "image", item, item.name));
  state.elements.forEach(({ frontal }, index) => add(`@Element${index + 1}`, "element", frontal, frontal?.name ?? "element"));
  return found;
}

export function allMedia() {
  return [...Object.values(state.media), ...state.images, ...state.elements.flatMap(({ frontal, views }) => [frontal, ...views])].filter(
    Boolean,
  );
}

/** Fill the form from the JSON of a request. Throws an Error when its shapes are wrong; the form stays as it was. */
export async function fill(input, { engine = null, seed = null } = {}) {
  const given = shaped(input),
    known = new Map(
      allMedia()
        .filter((item) => item.url)
        .map((item) => [item.url, item]),
    );
  const linked = (kind, url) => {
    const item = known.get(url) ?? new Media(kind, form);
    if (url && !item.url) item.link(url, redraw);
    return item;
  };
  isFilling = true;
  try {
    Object.assign(state, { media: {}, images: [], elements: [], plan: given.plan ?? null });
    onfill(state.plan);
    for (const field of Object.values(fields)) {
      const value = given[field.name];
      if (field.kind === "prompt") editor.value = value ?? "";
      else if (field.kind === "video" || field.kind === "image") {
        if (value) state.media[field.name] = linked(field.kind, value);
      } else if (field.kind === "images") state.images = (value ?? []).map((url) => linked("image", url));
      else if (field.kind === "elements")
        state.elements = (value ?? []).map((item) => ({
          frontal: item.frontal_image_url ? linked("image", item.frontal_image_url) : null,
          views: (item.reference_image_urls ?? []).map((url) => linked("image", url)),
        }));
      else choose(field, value ?? field.default);
    }
    if (engine && data.engines.some((item) => item.name === engine && item.is_ready)) $("#engine").value = engine;
    $("#seed").value = seed ?? "";
  } finally {
    isFilling = false;
  }
  redraw();
}

/** The documented example, words and pictures: ours, which come with the server. */
export async function fillExample() {
  const { prompt, ...media } = form.example;
  await fill({ prompt });
  const placed = [];
  const place = (kind, name) => {
    const item = new Media(kind, form);
    placed.push([item, name]);
    return item;
  };
  for (const field of Object.values(fields)) {
    const names = media[field.name];
    if (!names) continue;
    if (field.kind === "images") state.images = names.map((name) => place("image", name));
    else if (field.kind === "elements")
      state.elements = names.map(([front, ...views]) => ({
        frontal: place("image", front),
        views: views.map((name) => place("image", name)),
      }));
    else state.media[field.name] = place(field.kind, names);
  }
  await Promise.all(placed.map(async ([item, name]) => item.take(await shipped(name), redraw)));
}

async function shipped(name) {
  const answer = await fetch(`/static/example/${name}`);
  if (!answer.ok) throw new Error(`${name} is not part of this installation.`);
  const blob = await answer.blob();
  return new File([blob], name, { type: blob.type });
}

function choose(field, value) {
  state.choices[field.name] = value;
  const box = boxes[field.name];
  if (box?.type === "checkbox") box.checked = Boolean(value);
  else if (box) box.value = value ?? "";
}

// The form

/** Draw the empty form; `onchange()` is called after every change of it. */
export function drawForm(onchange) {
  told = onchange;
  for (const group of form.groups) {
    $("#groups").append(
      h(
        "section.group",
        { "aria-label": group.title },
        group.title === "Prompt" ? null : h("h2", {}, group.title, group.title === "Media" ? h("span.muted.small", { id: "count" }) : null),
        group.title === "Clip" ? h("div.row", {}, group.fields.map(drawField)) : group.fields.map(drawField),
      ),
    );
  }
  for (const engine of data.engines)
    $("#engine").append(
      h(
        "option",
        { value: engine.name, disabled: !engine.is_ready, selected: engine.is_default },
        engine.title + (engine.is_ready ? "" : " (not set up)"),
      ),
    );
}

function label(field, target) {
  return h(
    target ? "label.label" : "div.label",
    target ? { for: target } : { id: `label-${field.name}` },
    field.label,
    field.required ? h("span.tag", {}, "required") : null,
    field.unit ? h("span.muted", {}, field.unit) : null,
  );
}

function drawField(field) {
  if (field.kind === "prompt") return drawPrompt(field);
  if (field.kind === "enum") {
    const box = h(
      "select",
      {
        id: field.name,
        onchange: () => {
          state.choices[field.name] = box.value;
          changed();
        },
      },
      field.options.map((option) => h("option", { value: option }, option + (field.unit ? ` ${field.unit}` : sizeOf(field.name, option)))),
    );
    boxes[field.name] = box;
    choose(field, field.default);
    return h("div.field", { "data-field": field.name }, label(field, field.name), box);
  }
  if (field.kind === "boolean") {
    const box = h("input", {
      type: "checkbox",
      id: field.name,
      onchange: () => {
        state.choices[field.name] = box.checked;
        changed();
      },
    });
    boxes[field.name] = box;
    return h("div.field", { "data-field": field.name }, h("label.check", {}, box, field.label));
  }
  const body = h("div.media", { role: "group", "aria-labelledby": `label-${field.name}`, "data-field": field.name });
  boxes[field.name] = body;
  return body;
}

/** Say at each field what is wrong with it; what has no field is given back. What is only missing yet is not said while somebody types. */
export function markProblems(errors, { isRun = false } = {}) {
  for (const old of document.querySelectorAll(".field-problems")) old.remove();
  const rest = [];
  for (const item of errors) {
    const box = document.querySelector(`[data-field="${CSS.escape(String(item.loc?.[1] ?? ""))}"]`);
    if (!box || (!isRun && item.type === "missing")) rest.push(item);
    else {
      let list = box.querySelector(".field-problems");
      if (!list) box.append((list = h("ul.field-problems", { "aria-live": "polite" })));
      const where = item.loc.length > 2 ? `${place(["", ...item.loc.slice(2)])}: ` : "";
      list.append(h("li", {}, `${where}${item.msg}. ${remedy(item)}`.replace("..", ".")));
    }
  }
  return rest;
}

/** What to do about it, with the number that was given. */
function remedy({ type, loc, ctx = {} }) {
  const name = loc[1],
    most = ctx.max_length;
  if (type === "string_too_long" && name === "prompt" && most)
    return `It has ${editor.value.length}: take out ${editor.value.length - most}.`;
  const many = { image_urls: state.images, elements: state.elements }[name]?.length;
  if (type === "too_long" && many && most) return `There are ${many}: remove ${many - most}.`;
  return "";
}

function sizeOf(name, option) {
  const size = name === "aspect_ratio" ? form.canvas[option] : null;
  return size ? `  ·  ${size.join("×")}` : "";
}

function drawPrompt(field) {
  editor = new PromptEditor({ id: "prompt", placeholder: form.placeholder, maxChars: field.max_chars, references, onchange: changed });
  const example = h("button.quiet", { type: "button", onclick: () => attempt(fillExample) }, "Example");
  return h(
    "div.field",
    { "data-field": field.name },
    h("div.label", {}, h("label", { for: "prompt" }, field.label), h("span.tag", {}, "required"), example),
    editor.element,
    h("div.editor-foot", {}, h("span", { id: "prompt-help" }, field.help), editor.count),
    editor.chips,
  );
}

export function drawMedia() {
  for (const field of Object.values(fields)) {
    const box = boxes[field.name];
    if (field.kind === "video" || field.kind === "image") box.replaceChildren(label(field), ...help(field), single(field));
    if (field.kind === "images")
      box.replaceChildren(
        label(field),
        ...help(field),
        tiles(state.images, (index) => `@Image${index + 1}`),
        zone(field.label, "image", state.images, true),
      );
    if (field.kind === "elements") box.replaceChildren(label(field), ...help(field), ...state.elements.map(elementCard), newElement(field));
  }
  const used =
    state.images.length + state.elements.length + ["start_image_url", "end_image_url"].filter((name) => state.media[name]).length;
  const count = $("#count");
  if (count) {
    count.textContent = `  ${used} of ${form.reference_limit} references`;
    count.classList.toggle("problem", used > form.reference_limit);
  }
}

function help(field) {
  return [h("p.muted.small", {}, field.help), h("p.muted.small.limits", {}, field.limits)];
}

function single(field) {
  const media = state.media[field.name];
  const ref = { video_url: "@Video1", start_image_url: "@Image1", end_image_url: "@Image2" }[field.name];
  if (media)
    return h(
      "ul.tiles",
      {},
      tile(media, ref, {
        isWide: field.kind === "video",
        onremove: () => {
          delete state.media[field.name];
          redraw();
        },
      }),
    );
  return dropZone(field.label, field.kind, {
    add: ([file]) => {
      state.media[field.name] = new Media(field.kind, form);
      take(state.media[field.name], file);
    },
    addLink: (url) => {
      state.media[field.name] = new Media(field.kind, form);
      state.media[field.name].link(url, redraw);
    },
  });
}

function tiles(list, name) {
  const swap = (index, other) => () => {
    [list[index], list[other]] = [list[other], list[index]];
    redraw();
  };
  return h(
    "ul.tiles",
    {},
    list.map((media, index) =>
      tile(media, name(index), {
        onremove: () => {
          list.splice(index, 1);
          redraw();
        },
        onback: index ? swap(index, index - 1) : null,
        onforward: index + 1 < list.length ? swap(index, index + 1) : null,
      }),
    ),
  );
}

function zone(name, kind, list, many) {
  return dropZone(name, kind, {
    many,
    add: (files) => {
      for (const file of files) {
        const media = new Media(kind, form);
        list.push(media);
        take(media, file);
      }
    },
    addLink: (url) => {
      const media = new Media(kind, form);
      list.push(media);
      media.link(url, redraw);
    },
  });
}

function elementCard(element, index) {
  const ref = `@Element${index + 1}`,
    room = form.element_views - element.views.length;
  return h(
    "div.element-card",
    { role: "group", "aria-label": ref },
    h(
      "div.line",
      {},
      h("strong", {}, ref),
      h(
        "button.quiet",
        {
          type: "button",
          "aria-label": `Remove ${ref}`,
          onclick: () => {
            state.elements.splice(index, 1);
            redraw();
          },
        },
        "Remove",
      ),
    ),
    element.frontal
      ? h(
          "ul.tiles",
          {},
          tile(element.frontal, "frontal", {
            onremove: () => {
              element.frontal = element.views.shift() ?? null;
              redraw();
            },
          }),
          element.views.map((view, number) =>
            tile(view, `view ${number + 1}`, {
              onremove: () => {
                element.views.splice(number, 1);
                redraw();
              },
            }),
          ),
        )
      : null,
    room > 0 || !element.frontal
      ? dropZone(element.frontal ? `More views of ${ref}` : `Frontal picture of ${ref}`, "image", {
          many: true,
          add: (files) => addViews(element, files.slice(0, room + (element.frontal ? 0 : 1))),
          addLink: (url) => {
            const media = new Media("image", form);
            element.frontal ? element.views.push(media) : (element.frontal = media);
            media.link(url, redraw);
          },
        })
      : null,
  );
}

function addViews(element, files) {
  for (const file of files) {
    const media = new Media("image", form);
    element.frontal ? element.views.push(media) : (element.frontal = media);
    take(media, file);
  }
}

function newElement(field) {
  return dropZone(`New element: ${field.label}`, "image", {
    many: true,
    add: (files) => {
      const element = { frontal: null, views: [] };
      state.elements.push(element);
      addViews(element, files.slice(0, form.element_views + 1));
    },
    addLink: (url) => {
      const media = new Media("image", form);
      state.elements.push({ frontal: media, views: [] });
      media.link(url, redraw);
    },
  });
}

/** A file enters: one of our own clips offers its recipe first. */
export async function take(media, file) {
  media.take(file, redraw);
  redraw();
}

function redraw(part = "") {
  if (part === "progress") {
    drawMedia();
    return;
  }
  drawMedia();
  editor.refresh();
  changed();
}

function changed() {
  if (!isFilling) told();
}
