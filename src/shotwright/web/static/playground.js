// The playground: a form, the plan beside it while somebody types, and what comes of a run.
import {
  allMedia,
  argumentsNow,
  data,
  drawForm,
  drawMedia,
  editor,
  fields,
  fill,
  fillExample,
  form,
  state,
  take,
  whenFilled,
} from "./form.js";
import { $, api, ApiError, attempt, debounce, h, here, isTyping, toast } from "./lib.js";
import { Media } from "./media.js";
import { Declined, priced, pricesOf, spend } from "./money.js";
import { recipeOf } from "./mp4.js";
import { accept, beginPlan, panels, refresh, show, whenPlanned } from "./panels.js";
import { readPaste } from "./recipes.js";
import { failure, follow } from "./run.js";

const KEPT = `draft:${form.id}`,
  RUNNING = `running:${form.id}`; // found again after a reload
const earlier = []; // clips of this visit, to compare with
let stop = () => {};

function changed() {
  keep();
  refresh();
}

function keepNow() {
  const text = JSON.stringify({ arguments: argumentsNow(), engine: $("#engine").value, seed: $("#seed").value });
  if (text.length < 200_000) localStorage.setItem(KEPT, text);
}

const keep = debounce(keepNow, 300);

async function run() {
  if ($("#run").disabled) return;
  const busy = allMedia().find((item) => item.progress !== null),
    bad = allMedia().find((item) => item.problems.length);
  if (!editor.value.trim()) {
    toast("Write a prompt first.", "bad");
    editor.area.focus();
    return;
  }
  if (busy) {
    toast(`${busy.name} is still on its way.`, "bad");
    return;
  }
  if (bad) {
    toast(`${bad.name}: ${bad.problems[0]}`, "bad");
    return;
  }
  if (!/^\d{0,18}$/.test($("#seed").value.trim())) {
    $("#more").open = true;
    $("#seed").focus();
    toast("A seed is a whole number.", "bad");
    return;
  }
  const headers = { "x-shotwright-engine": $("#engine").value, "idempotency-key": crypto.randomUUID?.() ?? String(Math.random()) };
  const seed = $("#seed").value.trim();
  if (seed) headers["x-shotwright-seed"] = seed;
  const asked = argumentsNow();
  keepNow();
  $("#run").disabled = true;
  try {
    const checked = await api("POST", `/${form.id}/plan`, asked, { "x-shotwright-engine": headers["x-shotwright-engine"] });
    if (checked.errors.length) {
      markProblems(checked.errors, { isRun: true });
      document.querySelector(".field-problems")?.parentElement.scrollIntoView({ behavior: "smooth", block: "center" });
      throw new ApiError(422, { detail: checked.errors });
    }
    const { request_id: id } = await spend(checked.price, "POST", `/queue/${form.id}`, asked, headers);
    watch(id);
  } catch (error) {
    if (error instanceof Declined) {
      toast(error.message);
      return;
    }
    show("result");
    stop();
    panels.result.replaceChildren(failure({ state: "failed", error: { message: error.message, items: error.items ?? [] } }));
  } finally {
    $("#run").disabled = false;
  }
}

function watch(id) {
  stop();
  localStorage.setItem(RUNNING, id);
  show("result");
  const box = h("div"),
    after = h("div.actions");
  panels.result.replaceChildren(box, after);
  if (matchMedia("(max-width: 62rem)").matches) panels.result.scrollIntoView({ behavior: "smooth", block: "start" });
  const source = state.media.video_url?.url,
    compare = [...earlier];
  if (source) compare.unshift({ label: "the source", url: here(source) });
  stop = follow(box, id, { compare, onend: (request) => ended(request, after) });
}

/** The clip that was on its way when the page was left. */
async function resume() {
  const id = localStorage.getItem(RUNNING);
  if (!id) return;
  const request = await api("GET", `/requests/${encodeURIComponent(id)}`).catch(() => null);
  if (request && ["queued", "running"].includes(request.state)) watch(id);
  else localStorage.removeItem(RUNNING);
}

/** The same request with three more seeds, side by side with this one. */
async function fourSeeds(request, offer) {
  const seeds = [1, 2, 3].map(() => Math.floor(Math.random() * 2 ** 31));
  const cell = (seed, box) => h("figure", {}, box, h("figcaption", {}, `Seed ${seed}`));
  const first = h("div"),
    boxes = seeds.map(() => h("div"));
  panels.result.append(
    h(
      "section.seeds",
      { "aria-label": "Four seeds" },
      cell(request.used_seed, first),
      ...seeds.map((seed, index) => cell(seed, boxes[index])),
    ),
  );
  const stops = [stop, follow(first, request.id)];
  stop = () => stops.forEach((end) => end());
  for (const [index, seed] of seeds.entries()) {
    const { request_id: id } = await spend(offer, "POST", `/requests/${request.id}/retry`, { seed });
    stops.push(follow(boxes[index], id));
  }
}

function seedButtons(request, offer) {
  if (request.state !== "succeeded" || !request.used_seed) return null;
  const pin = () => {
    $("#seed").value = request.used_seed;
    $("#more").open = true;
    changed();
    toast(`Seed ${request.used_seed} is kept for the next run.`);
  };
  return h(
    "span.line",
    {},
    h("span.muted", { id: "seed-used" }, `seed ${request.used_seed}`),
    h("button", { type: "button", id: "pin-seed", title: "Run again with this very seed", onclick: pin }, "Keep this seed"),
    !offer || offer.cost_usd > 0
      ? null
      : h(
          "button",
          {
            type: "button",
            id: "four-seeds",
            onclick: (event) => {
              event.target.disabled = true;
              attempt(() => fourSeeds(request, offer));
            },
          },
          "Four seeds",
        ),
  );
}

async function ended(request, after) {
  localStorage.removeItem(RUNNING);
  if (request.state === "succeeded") earlier.unshift({ label: request.id.slice(0, 8), url: here(request.video_url) });
  const others = data.engines.filter((engine) => engine.name !== request.engine);
  const offers = await pricesOf(request.id).catch(() => ({}));
  after.replaceChildren(
    request.state === "succeeded" && others.length
      ? h(
          "span.line",
          {},
          others.map((engine) =>
            h(
              "button",
              {
                type: "button",
                disabled: !engine.is_ready,
                title: engine.problem || engine.summary,
                onclick: () => again(offers[engine.name], request.id, "promote", { engine: engine.name }),
              },
              priced(`Promote to ${engine.title}`, offers[engine.name]),
            ),
          ),
        )
      : "",
    seedButtons(request, offers[request.engine]) ?? "",
    h(
      "button",
      {
        type: "button",
        id: "new-seed",
        onclick: () => again(offers[request.engine], request.id, "retry", { seed: Math.floor(Math.random() * 2 ** 31) }),
      },
      priced("New seed", offers[request.engine]),
    ),
    h(
      "button",
      {
        type: "button",
        onclick: () => {
          show("plan");
          editor.area.focus();
        },
      },
      "Edit and re-run",
    ),
    h("a.button", { href: `/requests/${request.id}` }, "Open the request"),
  );
}

const again = (offer, id, what, body) =>
  attempt(async () => watch((await spend(offer, "POST", `/requests/${id}/${what}`, body)).request_id));

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
  if (isVideo)
    return fields.video_url
      ? (media) => {
          state.media.video_url = media;
        }
      : null;
  if (fields.start_image_url)
    return (media) => {
      state.media[state.media.start_image_url ? "end_image_url" : "start_image_url"] = media;
    };
  return fields.image_urls ? (media) => state.images.push(media) : null;
}

async function drop(files) {
  for (const file of files) {
    if (/\.mp4$/i.test(file.name) && (await restore(file))) return;
    const place = whereTo(file);
    if (!place) {
      toast("This model takes no clip. A clip that Shotwright made would restore its form.", "bad");
      continue;
    }
    const media = new Media(/\.(mp4|mov)$/i.test(file.name) || file.type.startsWith("video/") ? "video" : "image", form);
    place(media);
    take(media, file);
  }
}

function listen() {
  $("#form").addEventListener("submit", (event) => {
    event.preventDefault();
    run();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      if (!event.repeat) run();
    }
  });
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    drop([...event.dataTransfer.files]);
  });
  document.addEventListener("paste", (event) => {
    const files = [...event.clipboardData.files],
      text = event.clipboardData.getData("text");
    if (files.length && !(text && isTyping(event.target))) {
      event.preventDefault();
      drop(files);
      return;
    }
    if (/^\s*curl\s/.test(text) && event.target.id !== "json-text") {
      event.preventDefault();
      attempt(async () => {
        await accept(readPaste(text));
        toast("Filled from the curl command.");
      });
    }
  });
  $("#engine").addEventListener("change", () => {
    drawEngine();
    changed();
  });
  $("#seed").addEventListener("input", changed);
  $("#dice").addEventListener("click", () => {
    $("#seed").value = Math.floor(Math.random() * 2 ** 31);
    changed();
  });
  $("#reset").addEventListener("click", () => {
    localStorage.removeItem(KEPT);
    fill({});
  });
}

function drawEngine() {
  const engine = data.engines.find((item) => item.name === $("#engine").value);
  $("#engine-help").textContent = engine ? `${engine.summary} Needs ${engine.needs}.` : "";
}

async function begin() {
  drawForm(changed);
  whenPlanned(changed);
  whenFilled(beginPlan);
  drawEngine();
  drawMedia();
  listen();
  const from = new URLSearchParams(location.search).get("from"),
    handed = sessionStorage.getItem(`fill:${form.id}`);
  if (new URLSearchParams(location.search).has("example")) {
    await attempt(fillExample);
    run();
  } else if (from) {
    const request = await attempt(() => api("GET", `/requests/${encodeURIComponent(from)}`));
    if (request?.arguments) await attempt(() => fill(request.arguments, { engine: request.engine, seed: request.seed }));
  } else if (handed) {
    sessionStorage.removeItem(`fill:${form.id}`);
    await attempt(async () => {
      const found = JSON.parse(handed);
      await fill(found.arguments, found);
    });
  } else if (localStorage.getItem(KEPT)) {
    try {
      const kept = JSON.parse(localStorage.getItem(KEPT));
      await fill(kept.arguments, kept);
    } catch {
      localStorage.removeItem(KEPT);
    }
  }
  editor.refresh();
  addEventListener("pagehide", () => editor.value && keepNow());
  if (!new URLSearchParams(location.search).has("example")) await resume();
}

begin();
