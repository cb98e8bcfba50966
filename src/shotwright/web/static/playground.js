// The playground: a form made from the schema, the plan beside it while somebody types, and what comes of it.
import { $, api, ApiError, attempt, debounce, dollars, h, here, isTyping, pageData, place, shaped, tabs, toast } from "./lib.js";
import { dropZone, Media, tile } from "./media.js";
import { recipeOf } from "./mp4.js";
import { drawPlan, localSpans, moveEditor } from "./plan.js";
import { PromptEditor } from "./prompt.js";
import { readPaste } from "./recipes.js";
import { failure, follow } from "./run.js";

const data = pageData(), form = data.form;
const fields = Object.fromEntries(form.groups.flatMap((group) => group.fields.map((field) => [field.name, field])));
const KEPT = `draft:${form.id}`;
const state = { media: {}, images: [], elements: [], choices: {}, history: [] };
const show = tabs($(".tabs"), (name) => { if (name === "code") drawCode(); if (name === "json") drawJson(); });
const panels = Object.fromEntries(["plan", "result", "code", "json"].map((name) => [name, $(`#panel-${name}`)]));
const boxes = {};
let editor = null, stop = () => {}, latest = null, wire = "fal", language = "python", isFilling = false;

// The request

/** The request as its JSON: what is empty is left out. */
function argumentsNow() {
  const found = {};
  for (const field of Object.values(fields)) {
    const value = valueOf(field);
    if (value !== undefined) found[field.name] = value;
  }
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

const elementValue = ({ frontal, views }) => ({ frontal_image_url: frontal?.url ?? "", ...(views.length ? { reference_image_urls: views.map((view) => view.url) } : {}) });

function references() {
  const found = [];
  const add = (ref, kind, media, label) => found.push({ ref, kind, thumb: media?.kind === "video" && !media?.thumb?.startsWith("data:") ? "" : media?.thumb ?? "", label });
  if (fields.video_url && state.media.video_url) add("@Video1", "video", state.media.video_url, state.media.video_url.name);
  const frames = ["start_image_url", "end_image_url"].filter((name) => state.media[name]);
  frames.forEach((name, index) => add(`@Image${index + 1}`, "image", state.media[name], fields[name].label.toLowerCase()));
  state.images.forEach((item, index) => add(`@Image${index + 1}`, "image", item, item.name));
  state.elements.forEach(({ frontal }, index) => add(`@Element${index + 1}`, "element", frontal, frontal?.name ?? "element"));
  return found;
}

function allMedia() {
  return [...Object.values(state.media), ...state.images, ...state.elements.flatMap(({ frontal, views }) => [frontal, ...views])].filter(Boolean);
}

/** Fill the form from the JSON of a request. Throws an Error when its shapes are wrong; the form stays as it was. */
async function fill(input, { engine = null, seed = null } = {}) {
  const given = shaped(input), known = new Map(allMedia().filter((item) => item.url).map((item) => [item.url, item]));
  const linked = (kind, url) => { const item = known.get(url) ?? new Media(kind, form); if (url && !item.url) item.link(url, redraw); return item; };
  isFilling = true;
  try {
    Object.assign(state, { media: {}, images: [], elements: [] });
    for (const field of Object.values(fields)) {
      const value = given[field.name];
      if (field.kind === "prompt") editor.value = value ?? "";
      else if (field.kind === "video" || field.kind === "image") { if (value) state.media[field.name] = linked(field.kind, value); }
      else if (field.kind === "images") state.images = (value ?? []).map((url) => linked("image", url));
      else if (field.kind === "elements") state.elements = (value ?? []).map((item) => ({ frontal: item.frontal_image_url ? linked("image", item.frontal_image_url) : null, views: (item.reference_image_urls ?? []).map((url) => linked("image", url)) }));
      else choose(field, value ?? field.default);
    }
    if (engine && data.engines.some((item) => item.name === engine && item.is_ready)) $("#engine").value = engine;
    $("#seed").value = seed ?? "";
  } finally {
    isFilling = false;
  }
  redraw();
}

function choose(field, value) {
  state.choices[field.name] = value;
  const box = boxes[field.name];
  if (box?.type === "checkbox") box.checked = Boolean(value);
  else if (box) box.value = value ?? "";
}

// The form

function drawForm() {
  for (const group of form.groups) {
    $("#groups").append(h("section.group", { "aria-label": group.title }, group.title === "Prompt" ? null : h("h2", {}, group.title, group.title === "Media" ? h("span.muted.small", { id: "count" }) : null),
      group.title === "Clip" ? h("div.row", {}, group.fields.map(drawField)) : group.fields.map(drawField)));
  }
  for (const engine of data.engines) $("#engine").append(h("option", { value: engine.name, disabled: !engine.is_ready, selected: engine.is_default }, engine.title + (engine.is_ready ? "" : " (not set up)")));
}

function label(field, target) {
  return h(target ? "label.label" : "div.label", target ? { for: target } : { id: `label-${field.name}` }, field.label, field.required ? h("span.tag", {}, "required") : null, field.unit ? h("span.muted", {}, field.unit) : null);
}

function drawField(field) {
  if (field.kind === "prompt") return drawPrompt(field);
  if (field.kind === "enum") {
    const box = h("select", { id: field.name, onchange: () => { state.choices[field.name] = box.value; changed(); } }, field.options.map((option) => h("option", { value: option }, option + (field.unit ? ` ${field.unit}` : sizeOf(field.name, option)))));
    boxes[field.name] = box;
    choose(field, field.default);
    return h("div.field", {}, label(field, field.name), box);
  }
  if (field.kind === "boolean") {
    const box = h("input", { type: "checkbox", id: field.name, onchange: () => { state.choices[field.name] = box.checked; changed(); } });
    boxes[field.name] = box;
    return h("div.field", {}, h("label.check", {}, box, field.label));
  }
  const body = h("div.media", { role: "group", "aria-labelledby": `label-${field.name}` });
  boxes[field.name] = body;
  return body;
}

function sizeOf(name, option) {
  const size = name === "aspect_ratio" ? form.canvas[option] : null;
  return size ? `  ·  ${size.join("×")}` : "";
}

function drawPrompt(field) {
  editor = new PromptEditor({ id: "prompt", placeholder: form.placeholder, maxChars: field.max_chars, references, onchange: changed });
  const example = h("button.quiet", { type: "button", onclick: () => { editor.value = form.example_prompt; changed(); } }, "Example");
  return h("div.field", {}, h("div.label", {}, h("label", { for: "prompt" }, field.label), h("span.tag", {}, "required"), example), editor.element,
    h("div.editor-foot", {}, h("span", { id: "prompt-help" }, field.help), editor.count), editor.chips);
}

function drawMedia() {
  for (const field of Object.values(fields)) {
    const box = boxes[field.name];
    if (field.kind === "video" || field.kind === "image") box.replaceChildren(label(field), ...help(field), single(field));
    if (field.kind === "images") box.replaceChildren(label(field), ...help(field), tiles(state.images, (index) => `@Image${index + 1}`), zone(field.label, "image", state.images, true));
    if (field.kind === "elements") box.replaceChildren(label(field), ...help(field), ...state.elements.map(elementCard), newElement(field));
  }
  const used = state.images.length + state.elements.length + ["start_image_url", "end_image_url"].filter((name) => state.media[name]).length;
  const count = $("#count");
  if (count) { count.textContent = `  ${used} of ${form.reference_limit} references`; count.classList.toggle("problem", used > form.reference_limit); }
}

function help(field) {
  return [h("p.muted.small", {}, field.help), h("p.muted.small.limits", {}, field.limits)];
}

function single(field) {
  const media = state.media[field.name];
  const ref = { video_url: "@Video1", start_image_url: "@Image1", end_image_url: "@Image2" }[field.name];
  if (media) return h("ul.tiles", {}, tile(media, ref, { isWide: field.kind === "video", onremove: () => { delete state.media[field.name]; redraw(); } }));
  return dropZone(field.label, field.kind, {
    add: ([file]) => { state.media[field.name] = new Media(field.kind, form); take(state.media[field.name], file); },
    addLink: (url) => { state.media[field.name] = new Media(field.kind, form); state.media[field.name].link(url, redraw); },
  });
}

function tiles(list, name) {
  const swap = (index, other) => () => { [list[index], list[other]] = [list[other], list[index]]; redraw(); };
  return h("ul.tiles", {}, list.map((media, index) => tile(media, name(index), {
    onremove: () => { list.splice(index, 1); redraw(); }, onback: index ? swap(index, index - 1) : null, onforward: index + 1 < list.length ? swap(index, index + 1) : null,
  })));
}

function zone(name, kind, list, many) {
  return dropZone(name, kind, {
    many, add: (files) => { for (const file of files) { const media = new Media(kind, form); list.push(media); take(media, file); } },
    addLink: (url) => { const media = new Media(kind, form); list.push(media); media.link(url, redraw); },
  });
}

function elementCard(element, index) {
  const ref = `@Element${index + 1}`, room = form.element_views - element.views.length;
  return h("div.element-card", { role: "group", "aria-label": ref }, h("div.line", {}, h("strong", {}, ref), h("button.quiet", { type: "button", "aria-label": `Remove ${ref}`, onclick: () => { state.elements.splice(index, 1); redraw(); } }, "Remove")),
    element.frontal ? h("ul.tiles", {}, tile(element.frontal, "frontal", { onremove: () => { element.frontal = element.views.shift() ?? null; redraw(); } }), element.views.map((view, number) => tile(view, `view ${number + 1}`, { onremove: () => { element.views.splice(number, 1); redraw(); } }))) : null,
    room > 0 || !element.frontal ? dropZone(element.frontal ? `More views of ${ref}` : `Frontal picture of ${ref}`, "image", {
      many: true, add: (files) => addViews(element, files.slice(0, room + (element.frontal ? 0 : 1))),
      addLink: (url) => { const media = new Media("image", form); element.frontal ? element.views.push(media) : (element.frontal = media); media.link(url, redraw); },
    }) : null);
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
    many: true, add: (files) => { const element = { frontal: null, views: [] }; state.elements.push(element); addViews(element, files.slice(0, form.element_views + 1)); },
    addLink: (url) => { const media = new Media("image", form); state.elements.push({ frontal: media, views: [] }); media.link(url, redraw); },
  });
}

/** A file enters: one of our own clips offers its recipe first. */
async function take(media, file) {
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

// The plan, the price, the other panels

const changed = () => {
  if (isFilling) return;
  keep();
  ask();
  if (!panels.code.hidden) drawCodeSoon();
  if (!panels.json.hidden && document.activeElement?.id !== "json-text") drawJson();
};

const keep = debounce(() => {
  const found = argumentsNow();
  const text = JSON.stringify({ arguments: found, engine: $("#engine").value, seed: $("#seed").value });
  if (text.length < 200_000) localStorage.setItem(KEPT, text);
}, 300);

let asked = 0;
const ask = debounce(async () => {
  const number = ++asked, prompt = editor.value, found = argumentsNow();
  let answer;
  try { answer = await api("POST", `/${form.id}/plan`, found, { "x-shotwright-engine": $("#engine").value }); } catch (error) {
    if (number === asked && error instanceof ApiError) drawPrice(null, error.message);
    return;
  }
  if (number !== asked) return;
  drawPrice(answer.price);
  const plan = localSpans(answer.plan, prompt);
  if (!plan) { panels.plan.replaceChildren(h("p.muted", {}, "Write a prompt: what it means appears here, while you type.")); return; }
  latest = { plan, prompt };
  editor.mark([...plan.warnings.filter((item) => item.span).map((item) => ({ start: item.span[0], end: item.span[1], kind: "warned" })), ...(plan.unread ?? []).map(([start, end]) => ({ start, end, kind: "unread" }))]);
  drawPlan(panels.plan, { plan, prompt, top_view: answer.top_view, onpick: pick, editor: { moves: data.moves, add: (words) => editor.addClause(words) } });
  if (answer.errors.length) panels.plan.prepend(h("ul.warnings", { "aria-label": "Missing" }, answer.errors.map((item) => h("li.error", {}, `${place(item.loc)}: ${item.msg}`))));
}, 180);

function pick(span, move) {
  editor.pick(span);
  panels.plan.querySelector(".move-editor")?.remove();
  if (!move) return;
  const panel = moveEditor({ item: move, prompt: latest.prompt, onreplace: (range, words) => { editor.replace(range, words); panel.remove(); }, onclose: () => panel.remove() });
  panels.plan.querySelector(".scroll").after(panel);
}

function drawPrice(price, problem = "") {
  const box = $("#price");
  if (problem) { box.replaceChildren(h("span.problem", {}, problem)); return; }
  const most = price.is_upper_bound ? "at most " : "";
  box.replaceChildren(h("strong", {}, price.cost_usd ? most + dollars(price.cost_usd) : "Free"), h("span.muted", {}, ` on ${price.engine}${data.usual_s && price.engine === "draft" ? `, about ${Math.max(1, Math.round(data.usual_s))} s` : ""} · ${most}${dollars(price.upstream_usd)} on the paid model`));
  box.title = price.rule;
}

async function drawCode() {
  const buttons = (names, chosen, set) => h("div.subtabs", { role: "group" }, names.map(([value, name]) => h("button", { type: "button", "aria-pressed": String(value === chosen), onclick: () => { set(value); drawCode(); } }, name)));
  const found = await attempt(() => api("POST", `/models/${form.id}/code`, argumentsNow()));
  if (!found) return;
  const notes = [];
  if (wire === "eachlabs" && !form.has_own_slug) notes.push(`EachLabs' wire has the pro tier only: this names ${form.slug}.`);
  if (wire === "eachlabs" && fields.duration && !["5", "10"].includes(state.choices.duration)) notes.push("EachLabs' wire takes 5 or 10 seconds.");
  panels.code.replaceChildren(
    buttons([["fal", "fal"], ["eachlabs", "EachLabs"]], wire, (value) => { wire = value; }), buttons([["python", "Python"], ["javascript", "JavaScript"], ["curl", "curl"]], language, (value) => { language = value; }),
    ...notes.map((text) => h("p.note", {}, text)),
    h("div.code", {}, h("button.quiet", { type: "button", "data-copy-next": true }, "Copy"), h("pre", { tabindex: 0, id: "snippet" }, h("code", {}, found[wire][language]))),
    h("p.muted.small", {}, wire === "fal" ? "Runs as it stands: pip install fal-client shotwright, or npm install @fal-ai/client. " : "Runs as it stands. ", data.is_open ? "This server takes any key." : "Put your key into FAL_KEY or EACHLABS_API_KEY."));
}

const drawCodeSoon = debounce(drawCode, 300);

function drawJson() {
  const problem = h("p.problem", { role: "alert" });
  const area = h("textarea", { id: "json-text", spellcheck: false, "aria-label": "The request as JSON" });
  area.value = JSON.stringify(argumentsNow(), null, 2);
  area.addEventListener("input", debounce(async () => {
    try { await accept(readPaste(area.value), { isTyped: true }); problem.textContent = ""; } catch (error) { problem.textContent = error.message; }
  }, 400));
  panels.json.replaceChildren(h("p.muted.small", {}, "Both ways: what you change here changes the form. Paste JSON, a curl command, or a Python or JavaScript call."), area, problem,
    h("div.actions", {}, h("button", { type: "button", "data-copy-next": true, hidden: true }), h("button", { type: "button", onclick: () => navigator.clipboard.writeText(area.value).then(() => toast("Copied.")) }, "Copy"), h("button", { type: "button", onclick: () => drawJson() }, "From the form")));
}

/** Take a request from elsewhere; one for another model opens that model's playground. */
async function accept(found, { isTyped = false } = {}) {
  if (allMedia().some((item) => item.progress !== null && !item.url)) throw new Error("A file is still on its way; wait for its upload.");
  const named = found.endpoint ?? found.slug, other = data.endpoints.find((item) => named && (item.id === named || item.slug === named));
  if (named && !other) throw new Error(`This server has no model ${named}.`);
  if (other && other.id !== form.id) {
    sessionStorage.setItem(`fill:${other.id}`, JSON.stringify(found));
    location.href = `/models/${other.id}/playground`;
    return;
  }
  if (!isTyped || JSON.stringify(found.arguments) !== JSON.stringify(argumentsNow())) return fill(found.arguments, { engine: found.engine, seed: found.seed });
  return undefined;
}

// Running

async function run() {
  if ($("#run").disabled) return;
  const busy = allMedia().find((item) => item.progress !== null), bad = allMedia().find((item) => item.problems.length);
  if (!editor.value.trim()) { toast("Write a prompt first.", "bad"); editor.area.focus(); return; }
  if (busy) { toast(`${busy.name} is still on its way.`, "bad"); return; }
  if (bad) { toast(`${bad.name}: ${bad.problems[0]}`, "bad"); return; }
  if (!/^\d{0,18}$/.test($("#seed").value.trim())) { $("#more").open = true; $("#seed").focus(); toast("A seed is a whole number.", "bad"); return; }
  const headers = { "x-shotwright-engine": $("#engine").value, "idempotency-key": crypto.randomUUID?.() ?? String(Math.random()) };
  const seed = $("#seed").value.trim();
  if (seed) headers["x-shotwright-seed"] = seed;
  const asked = argumentsNow();
  $("#run").disabled = true;
  try {
    const checked = await api("POST", `/${form.id}/plan`, asked, { "x-shotwright-engine": headers["x-shotwright-engine"] });
    if (checked.errors.length) throw new ApiError(422, { detail: checked.errors });
    const { request_id: id } = await submitted(asked, headers);
    watch(id);
  } catch (error) {
    show("result");
    stop();
    panels.result.replaceChildren(failure({ state: "failed", error: { message: error.message, items: error.items ?? [] } }));
  } finally {
    $("#run").disabled = false;
  }
}

/** Submit; what the operator wants confirmed is asked of the person. */
async function submitted(asked, headers) {
  try {
    return await api("POST", `/queue/${form.id}`, asked, headers);
  } catch (error) {
    const price = error.status === 402 && error.message.match(/Confirm-Usd: ([\d.]+)/)?.[1];
    if (!price || !confirm(`This costs up to $${price} on ${headers["x-shotwright-engine"]}. Run it?`)) throw error;
    return api("POST", `/queue/${form.id}`, asked, { ...headers, "x-shotwright-confirm-usd": price });
  }
}

function watch(id) {
  stop();
  show("result");
  const box = h("div"), after = h("div.actions");
  panels.result.replaceChildren(box, after);
  if (matchMedia("(max-width: 62rem)").matches) panels.result.scrollIntoView({ behavior: "smooth", block: "start" });
  const source = state.media.video_url?.url, compare = [...state.history];
  if (source) compare.unshift({ label: "the source", url: here(source) });
  stop = follow(box, id, { compare, onend: (request) => ended(request, after) });
}

function ended(request, after) {
  if (request.state === "succeeded") state.history.unshift({ label: request.id.slice(0, 8), url: here(request.video_url) });
  const others = data.engines.filter((engine) => engine.name !== request.engine);
  after.replaceChildren(
    request.state === "succeeded" && others.length ? h("span.line", {}, others.map((engine) => h("button", { type: "button", disabled: !engine.is_ready, title: engine.problem || engine.summary, onclick: () => again(request.id, "promote", { engine: engine.name }) }, `Promote to ${engine.title}`))) : "",
    h("button", { type: "button", id: "new-seed", onclick: () => again(request.id, "retry", { seed: Math.floor(Math.random() * 2 ** 31) }) }, "New seed"),
    h("button", { type: "button", onclick: () => { show("plan"); editor.area.focus(); } }, "Edit and re-run"),
    h("a.button", { href: `/requests/${request.id}` }, "Open the request"));
}

const again = (id, what, body) => attempt(async () => watch((await api("POST", `/requests/${id}/${what}`, body)).request_id));

// Drops and pastes anywhere on the page

async function restore(file) {
  const recipe = await recipeOf(file);
  if (!recipe) return false;
  await attempt(async () => {
    await accept({ endpoint: recipe.endpoint_id, arguments: recipe.arguments, engine: recipe.engine, seed: recipe.seed });
    toast("The form is as it was when this clip was made.");
  });
  return true;
}

function whereTo(file) {
  const isVideo = /\.(mp4|mov)$/i.test(file.name) || file.type.startsWith("video/");
  if (isVideo) return fields.video_url ? (media) => { state.media.video_url = media; } : null;
  if (fields.start_image_url) return (media) => { state.media[state.media.start_image_url ? "end_image_url" : "start_image_url"] = media; };
  return fields.image_urls ? (media) => state.images.push(media) : null;
}

async function drop(files) {
  for (const file of files) {
    if (/\.mp4$/i.test(file.name) && await restore(file)) return;
    const place = whereTo(file);
    if (!place) { toast("This model takes no clip. A clip that Shotwright made would restore its form.", "bad"); continue; }
    const media = new Media(/\.(mp4|mov)$/i.test(file.name) || file.type.startsWith("video/") ? "video" : "image", form);
    place(media);
    take(media, file);
  }
}

function listen() {
  $("#form").addEventListener("submit", (event) => { event.preventDefault(); run(); });
  document.addEventListener("keydown", (event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); if (!event.repeat) run(); } });
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => { event.preventDefault(); drop([...event.dataTransfer.files]); });
  document.addEventListener("paste", (event) => {
    const files = [...event.clipboardData.files], text = event.clipboardData.getData("text");
    if (files.length && !(text && isTyping(event.target))) { event.preventDefault(); drop(files); return; }
    if (/^\s*curl\s/.test(text) && event.target.id !== "json-text") {
      event.preventDefault();
      attempt(async () => { await accept(readPaste(text)); toast("Filled from the curl command."); });
    }
  });
  $("#engine").addEventListener("change", () => { drawEngine(); changed(); });
  $("#seed").addEventListener("input", changed);
  $("#dice").addEventListener("click", () => { $("#seed").value = Math.floor(Math.random() * 2 ** 31); changed(); });
  $("#reset").addEventListener("click", () => { localStorage.removeItem(KEPT); fill({}); });
}

function drawEngine() {
  const engine = data.engines.find((item) => item.name === $("#engine").value);
  $("#engine-help").textContent = engine ? `${engine.summary} Needs ${engine.needs}.` : "";
}

async function begin() {
  drawForm();
  drawEngine();
  drawMedia();
  listen();
  const from = new URLSearchParams(location.search).get("from"), handed = sessionStorage.getItem(`fill:${form.id}`);
  if (from) {
    const request = await attempt(() => api("GET", `/requests/${encodeURIComponent(from)}`));
    if (request?.arguments) await attempt(() => fill(request.arguments, { engine: request.engine, seed: request.seed }));
  } else if (handed) {
    sessionStorage.removeItem(`fill:${form.id}`);
    await attempt(async () => { const found = JSON.parse(handed); await fill(found.arguments, found); });
  } else if (localStorage.getItem(KEPT)) {
    try { const kept = JSON.parse(localStorage.getItem(KEPT)); await fill(kept.arguments, kept); } catch { localStorage.removeItem(KEPT); }
  }
  editor.refresh();
}

begin();
