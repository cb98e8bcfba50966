// What stands beside the form: the plan while somebody types, the price, the request as code and as JSON.
import { allMedia, argumentsNow, data, editor, fields, fill, form, markProblems, state } from "./form.js";
import { $, api, ApiError, attempt, debounce, dollars, h, place, tabs, toast } from "./lib.js";
import { drawPlan, localSpans } from "./plan.js";
import { plain, PlanEdits } from "./planchanges.js";
import { PlanEditor } from "./planedit.js";
import { readPaste } from "./recipes.js";

export const panels = Object.fromEntries(["plan", "result", "code", "json"].map((name) => [name, $(`#panel-${name}`)]));
export const show = tabs($(".tabs"), (name) => {
  if (name === "code") drawCode();
  if (name === "json") drawJson();
});
let wire = "fal",
  language = "python";

/** The form changed: what is shown of it follows. */
export function refresh() {
  ask();
  if (!panels.code.hidden) drawCodeSoon();
  if (!panels.json.hidden && document.activeElement?.id !== "json-text") drawJson();
}

let asked = 0;

/** The plan of the form, and what was changed in it by hand. */
export const edits = new PlanEdits(() => {
  state.plan = edits.differs ? plain(edits.plan) : null;
  told();
});
const planEditor = new PlanEditor(edits, { moves: data.moves, ...data.vocabulary }, (words) =>
  attempt(async () => {
    const { plan } = await ofWords({ ...argumentsNow(), plan: undefined, prompt: words });
    if (!plan?.entities.length) throw new Error(`“${words}” names nobody and nothing that a draft knows.`);
    return plan.entities;
  }),
);
let told = () => {};

/** The form was filled: with a plan that came along, or null. */
export function beginPlan(plan) {
  asked += 1; // an answer about the words before is none about these
  edits.begin(plan);
}

/** Call `onchange()` whenever the plan is changed by hand. */
export function whenPlanned(onchange) {
  told = onchange;
}

const ofWords = (found) => api("POST", `/${form.id}/plan`, found, { "x-shotwright-engine": $("#engine").value });

const ask = debounce(async () => {
  const number = ++asked,
    prompt = editor.value,
    { plan: given, ...found } = argumentsNow();
  let answer;
  try {
    answer = await ofWords(found);
    if (number !== asked) return;
    if (answer.plan) {
      if (given && !edits.differs) edits.begin(given);
      edits.read(answer.plan);
      state.plan = edits.differs ? plain(edits.plan) : null;
      if (edits.differs) answer = await ofWords({ ...found, plan: state.plan });
    }
  } catch (error) {
    if (number === asked && error instanceof ApiError) drawPrice(null, error.message);
    return;
  }
  if (number !== asked) return;
  drawPrice(answer.price);
  const elsewhere = markProblems(answer.errors);
  const plan = localSpans(answer.plan, prompt);
  if (!plan) {
    panels.plan.replaceChildren(h("p.muted", {}, "Write a prompt: what it means appears here, while you type."));
    return;
  }
  editor.mark([
    ...plan.warnings.filter((item) => item.span).map((item) => ({ start: item.span[0], end: item.span[1], kind: "warned" })),
    ...(plan.unread ?? []).map(({ span: [start, end] }) => ({ start, end, kind: "unread" })),
  ]);
  const focused = document.activeElement?.closest?.("#panel-plan") ? spotOf(document.activeElement) : null;
  drawPlan(panels.plan, {
    plan,
    prompt,
    top_view: answer.top_view,
    onpick: (span, { keepsFocus = false } = {}) => editor.pick(span, keepsFocus),
    editor: planEditor,
  });
  if (focused) backTo(focused);
  if (elsewhere.length)
    panels.plan.prepend(
      h(
        "ul.warnings",
        { "aria-label": "Missing" },
        elsewhere.map((item) => h("li.error", {}, `${place(item.loc)}: ${item.msg}`)),
      ),
    );
}, 180);

/** Where the keyboard is in the plan and what was being typed, to be there again when it is drawn anew. */
function spotOf(element) {
  const kind = element.matches("g.bar") ? "g.bar" : element.matches("g.who") ? "g.who" : element.tagName.toLowerCase();
  const typed = kind === "input" && element.value !== element.defaultValue ? element.value : null;
  return { kind, index: [...panels.plan.querySelectorAll(kind)].indexOf(element), typed };
}

function backTo({ kind, index, typed }) {
  const element = [...panels.plan.querySelectorAll(kind)][index];
  if (element && typed !== null) element.value = typed;
  element?.focus();
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
