// What stands beside the form: the plan while somebody types, the price, the request as code and as JSON.
import { allMedia, argumentsNow, data, editor, fields, fill, form, state } from "./form.js";
import { $, api, ApiError, attempt, debounce, dollars, h, place, tabs, toast } from "./lib.js";
import { drawPlan, localSpans, moveEditor } from "./plan.js";
import { readPaste } from "./recipes.js";

export const panels = Object.fromEntries(["plan", "result", "code", "json"].map((name) => [name, $(`#panel-${name}`)]));
export const show = tabs($(".tabs"), (name) => {
  if (name === "code") drawCode();
  if (name === "json") drawJson();
});
let latest = null,
  wire = "fal",
  language = "python";

/** The form changed: what is shown of it follows. */
export function refresh() {
  ask();
  if (!panels.code.hidden) drawCodeSoon();
  if (!panels.json.hidden && document.activeElement?.id !== "json-text") drawJson();
}

let asked = 0;
const ask = debounce(async () => {
  const number = ++asked,
    prompt = editor.value,
    found = argumentsNow();
  let answer;
  try {
    answer = await api("POST", `/${form.id}/plan`, found, { "x-shotwright-engine": $("#engine").value });
  } catch (error) {
    if (number === asked && error instanceof ApiError) drawPrice(null, error.message);
    return;
  }
  if (number !== asked) return;
  drawPrice(answer.price);
  const plan = localSpans(answer.plan, prompt);
  if (!plan) {
    panels.plan.replaceChildren(h("p.muted", {}, "Write a prompt: what it means appears here, while you type."));
    return;
  }
  latest = { plan, prompt };
  editor.mark([
    ...plan.warnings.filter((item) => item.span).map((item) => ({ start: item.span[0], end: item.span[1], kind: "warned" })),
    ...(plan.unread ?? []).map(({ span: [start, end] }) => ({ start, end, kind: "unread" })),
  ]);
  drawPlan(panels.plan, {
    plan,
    prompt,
    top_view: answer.top_view,
    onpick: pick,
    editor: { moves: data.moves, add: (words) => editor.addClause(words) },
  });
  if (answer.errors.length)
    panels.plan.prepend(
      h(
        "ul.warnings",
        { "aria-label": "Missing" },
        answer.errors.map((item) => h("li.error", {}, `${place(item.loc)}: ${item.msg}`)),
      ),
    );
}, 180);

function pick(span, move) {
  editor.pick(span);
  panels.plan.querySelector(".move-editor")?.remove();
  if (!move) return;
  const panel = moveEditor({
    item: move,
    prompt: latest.prompt,
    takesDegrees: data.moves.some((known) => known.move === move.move && known.takes_degrees),
    onreplace: (range, words) => {
      editor.replace(range, words);
      panel.remove();
    },
    onclose: () => panel.remove(),
  });
  panels.plan.querySelector(".scroll").after(panel);
}

function drawPrice(price, problem = "") {
  const box = $("#price");
  if (problem) {
    box.replaceChildren(h("span.problem", {}, problem));
    return;
  }
  const most = price.is_upper_bound ? "at most " : "";
  box.replaceChildren(
    h("strong", {}, price.cost_usd ? most + dollars(price.cost_usd) : "Free"),
    h(
      "span.muted",
      {},
      ` on ${price.engine}${data.usual_s && price.engine === "draft" ? `, about ${Math.max(1, Math.round(data.usual_s))} s` : ""} · ${most}${dollars(price.upstream_usd)} on the paid model`,
    ),
  );
  box.title = price.rule;
}

async function drawCode() {
  const buttons = (names, chosen, set) =>
    h(
      "div.subtabs",
      { role: "group" },
      names.map(([value, name]) =>
        h(
          "button",
          {
            type: "button",
            "aria-pressed": String(value === chosen),
            onclick: () => {
              set(value);
              drawCode();
            },
          },
          name,
        ),
      ),
    );
  const found = await attempt(() => api("POST", `/models/${form.id}/code`, argumentsNow()));
  if (!found) return;
  const notes = [];
  if (wire === "eachlabs" && !form.has_own_slug) notes.push(`EachLabs' wire has the pro tier only: this names ${form.slug}.`);
  if (wire === "eachlabs" && fields.duration && !["5", "10"].includes(state.choices.duration))
    notes.push("EachLabs' wire takes 5 or 10 seconds.");
  panels.code.replaceChildren(
    buttons(
      [
        ["fal", "fal"],
        ["eachlabs", "EachLabs"],
      ],
      wire,
      (value) => {
        wire = value;
      },
    ),
    buttons(
      [
        ["python", "Python"],
        ["javascript", "JavaScript"],
        ["curl", "curl"],
      ],
      language,
      (value) => {
        language = value;
      },
    ),
    ...notes.map((text) => h("p.note", {}, text)),
    h(
      "div.code",
      {},
      h("button.quiet", { type: "button", "data-copy-next": true }, "Copy"),
      h("pre", { tabindex: 0, id: "snippet" }, h("code", {}, found[wire][language])),
    ),
    h(
      "p.muted.small",
      {},
      wire === "fal" ? "Runs as it stands: pip install fal-client shotwright, or npm install @fal-ai/client. " : "Runs as it stands. ",
      data.is_open ? "This server takes any key." : "Put your key into FAL_KEY or EACHLABS_API_KEY.",
    ),
  );
}

const drawCodeSoon = debounce(drawCode, 300);

function drawJson() {
  const problem = h("p.problem", { role: "alert" });
  const area = h("textarea", { id: "json-text", spellcheck: false, "aria-label": "The request as JSON" });
  area.value = JSON.stringify(argumentsNow(), null, 2);
  area.addEventListener(
    "input",
    debounce(async () => {
      try {
        await accept(readPaste(area.value), { isTyped: true });
        problem.textContent = "";
      } catch (error) {
        problem.textContent = error.message;
      }
    }, 400),
  );
  panels.json.replaceChildren(
    h("p.muted.small", {}, "Both ways: what you change here changes the form. Paste JSON, a curl command, or a Python or JavaScript call."),
    area,
    problem,
    h(
      "div.actions",
      {},
      h("button", { type: "button", "data-copy-next": true, hidden: true }),
      h("button", { type: "button", onclick: () => navigator.clipboard.writeText(area.value).then(() => toast("Copied.")) }, "Copy"),
      h("button", { type: "button", onclick: () => drawJson() }, "From the form"),
    ),
  );
}

/** Take a request from elsewhere; one for another model opens that model's playground. */
export async function accept(found, { isTyped = false } = {}) {
  if (allMedia().some((item) => item.progress !== null && !item.url)) throw new Error("A file is still on its way; wait for its upload.");
  const named = found.endpoint ?? found.slug,
    other = data.endpoints.find((item) => named && (item.id === named || item.slug === named));
  if (named && !other) throw new Error(`This server has no model ${named}.`);
  if (other && other.id !== form.id) {
    sessionStorage.setItem(`fill:${other.id}`, JSON.stringify(found));
    location.href = `/models/${other.id}/playground`;
    return;
  }
  if (!isTyped || JSON.stringify(found.arguments) !== JSON.stringify(argumentsNow()))
    return fill(found.arguments, { engine: found.engine, seed: found.seed });
  return undefined;
}
