// One request: its clip, plan and log, live while it runs; again with another seed, or on another engine.
import { priced, pricesOf, spend } from "./money.js";
import { $, $$, api, attempt, h, here, isOurs, pageData } from "./lib.js";
import { drawPlan, fromCamera, localSpans, underClip } from "./plan.js";
import { Player } from "./player.js";
import { failure, follow, logLine } from "./run.js";

const { request, plan, events } = pageData();
const text = (value) => (typeof value === "string" ? value : "");
const many = (value) => (Array.isArray(value) ? value : []);
const given = request.arguments && typeof request.arguments === "object" && !Array.isArray(request.arguments) ? request.arguments : {};

function drawInputs() {
  const items = [];
  const add = (label, url, kind) => {
    if (!text(url)) return;
    const shown = isOurs(url)
      ? preview(label, here(url), kind)
      : /^https?:\/\//.test(url)
        ? h("a", { href: url, rel: "noreferrer" }, "linked")
        : h("span.muted", {}, "inline");
    items.push(h("figure", {}, shown, h("figcaption", {}, label)));
  };
  add("@Video1", given.video_url, "video");
  add("start frame", given.start_image_url);
  add("end frame", given.end_image_url);
  many(given.image_urls).forEach((url, index) => add(`@Image${index + 1}`, url));
  many(given.elements).forEach((element, index) =>
    [element?.frontal_image_url, ...many(element?.reference_image_urls)].forEach((url, view) =>
      add(`@Element${index + 1}${view ? `, view ${view}` : ""}`, url),
    ),
  );
  $("#inputs")?.replaceChildren(...items);
}

function preview(label, url, kind) {
  if (kind === "video") return h("video", { src: `${url}#t=0.1`, preload: "metadata", muted: true, "aria-label": label });
  return h("img", { src: url, alt: label, loading: "lazy", onerror: (event) => event.target.replaceWith(h("span.muted", {}, "gone")) });
}

function drawResult() {
  const root = $("#result"),
    source = text(given.video_url);
  if (["queued", "running"].includes(request.state)) {
    follow(root, request.id, { onend: reloadSoon });
    return;
  }
  if (request.video_url) {
    new Player(root, {
      url: here(request.video_url),
      fps: request.video.fps,
      name: `shotwright-${request.id.slice(0, 8)}.mp4`,
      camera: request.camera_url ? here(request.camera_url) : null,
      others: source && isOurs(source) ? [{ label: "the source", url: here(source) }] : [],
    });
    if (plan) root.append(underClip(plan, text(given.prompt)) ?? "");
  } else root.replaceChildren(request.state === "succeeded" ? h("p.muted", {}, "The clip was deleted.") : failure(request));
}

/** The whole page is drawn anew at the end, unless its reader is on the way to another one. */
function reloadSoon() {
  const timer = setTimeout(() => location.reload(), 300);
  addEventListener("beforeunload", () => clearTimeout(timer));
}

drawResult();
drawInputs();
if (plan) showPlan();

/** The plan, with the camera's true path where the engine knows it. */
async function showPlan() {
  const prompt = text(given.prompt),
    shown = { plan: localSpans(plan, prompt), prompt };
  drawPlan($("#plan"), shown);
  if (!request.camera_url) return;
  const camera = await (await fetch(here(request.camera_url))).json().catch(() => null);
  if (camera) drawPlan($("#plan"), { ...shown, top_view: fromCamera(camera) });
}
$("#log").replaceChildren(
  ...events
    .filter((event) => event.kind === "log" || event.kind === "state")
    .map((event) =>
      logLine(
        event.kind === "log"
          ? event
          : { ...event, message: event.data.state + (event.data.attempt > 1 ? `, attempt ${event.data.attempt}` : "") },
      ),
    ),
);

const go = (work) =>
  attempt(async () => {
    location.href = `/requests/${(await work()).request_id}`;
  });
const offers = request.arguments ? pricesOf(request.id).catch(() => ({})) : Promise.resolve({});
const once = async (name, what, body) => spend((await offers)[name], "POST", `/requests/${request.id}/${what}`, body);
$("#again")?.addEventListener("click", () => go(() => once(request.engine, "retry", { seed: Math.floor(Math.random() * 2 ** 31) })));
$("#passes")?.addEventListener("click", () => go(() => once(request.engine, "retry", { passes: "all" })));
$("#board")?.addEventListener("click", () => attempt(addToBoard));
for (const button of $$("[data-promote]")) {
  const name = button.dataset.promote;
  button.addEventListener("click", () => go(() => once(name, "promote", { engine: name })));
  offers.then((found) => (button.textContent = priced(button.textContent, found[name])));
}
$("#playblast")?.addEventListener("toggle", (event) => event.target.open && attempt(showPlayblast), { once: true });

/** What the playblast would send: its words, its pictures, and a button for every engine that can render it. */
async function showPlayblast() {
  const made = await api("GET", `/requests/${request.id}/playblast`),
    words = $("#playblast-words");
  Object.assign(words, { value: made.arguments.prompt, disabled: false });
  const used = Object.entries(made.used).map(([old, now]) => (old === now ? now : `${old} as ${now}`)),
    left = made.left_out.length ? ` No room for ${made.left_out.join(", ")}.` : "";
  $("#playblast-pictures").textContent = `${used.length ? `Pictures: ${used.join(", ")}.` : "No pictures."}${left}`;
  const send = (offer) => {
    const changed = words.value.trim() === made.arguments.prompt ? {} : { prompt: words.value.trim() };
    return spend(offer, "POST", `/requests/${request.id}/promote`, { engine: offer.engine, lock: "playblast", ...changed });
  };
  $("#playblast-engines").replaceChildren(
    ...made.engines
      .filter((offer) => offer.engine !== request.engine)
      .map((offer) => h("button", { type: "button", onclick: () => go(() => send(offer)) }, priced(`Playblast on ${offer.title}`, offer))),
  );
}

$("#cancel")?.addEventListener("click", () => attempt(() => api("PUT", `/queue/fal-ai/kling-video/requests/${request.id}/cancel`)));
$("#delete")?.addEventListener("click", () => {
  if (confirm("Delete the input, the clip and the log of this request? What it cost stays."))
    attempt(async () => {
      await api("DELETE", `/v1/models/requests/${request.id}/payloads`);
      location.reload();
    });
});

/** Put this request on a board, an old one or a new one, and go there. */
async function addToBoard() {
  const { projects } = await api("GET", "/projects");
  const dialog = h(
    "dialog",
    { "aria-labelledby": "board-title" },
    h("h2", { id: "board-title" }, "Add to a board"),
    h(
      "form",
      { method: "dialog" },
      h(
        "label.field",
        {},
        "Board",
        h("select", { name: "id" }, [
          h("option", { value: "" }, "a new one"),
          ...projects.map((one) => h("option", { value: one.id }, one.name)),
        ]),
      ),
      h("label.field", {}, "Name of the shot", h("input", { name: "name", maxLength: 80, placeholder: "the next number" })),
      h("p.actions", {}, h("button", { value: "no" }, "Cancel"), h("button.primary", { value: "yes" }, "Add")),
    ),
  );
  document.body.append(dialog);
  dialog.showModal();
  dialog.addEventListener("close", () => {
    const wish = Object.fromEntries(new FormData($("form", dialog)));
    dialog.remove();
    if (dialog.returnValue === "yes") attempt(() => added(wish));
  });
}

async function added({ id, name }) {
  const board = id || (await api("POST", "/projects", { name: "New board" })).id;
  await api("POST", `/projects/${board}/shots`, { request_id: request.id, ...(name.trim() ? { name: name.trim() } : {}) });
  location.href = `/projects/${board}`;
}
