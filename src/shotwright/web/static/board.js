// A board: shots that are named, ordered, drafted, chosen, approved and promoted; the animatic plays what is chosen.
import { $, api, attempt, debounce, h, here, pageData, toast } from "./lib.js";
import { sent } from "./media.js";
import { Declined, spend } from "./money.js";
import { Track } from "./track.js";

const data = pageData();
let project = data.project;
const url = `/projects/${project.id}`;
const POLL_MS = 1200;
const drafter = data.engines.find((engine) => engine.is_draft)?.name ?? data.engine; // what costs money is promoted, not drafted
const running = (shot) => shot.takes.filter((take) => ["queued", "running"].includes(take.state));
const chosen = (shot) => shot.takes.find((take) => take.id === shot.chosen);

/** Do something that answers with the board, and show it. */
async function act(work) {
  const found = await attempt(work);
  if (found?.shots) show(found);
  return found;
}

function show(found) {
  const open = document.activeElement?.closest?.("[data-shot]") && document.activeElement.name;
  project = found;
  if (!open) drawShots(); // what somebody is typing in stays as it is
  drawMembers();
  animatic.refresh();
  track.load(project.settings.audio_url ?? "");
  watch();
}

// --- shots ---------------------------------------------------------------------------------------------------------------

function drawShots() {
  const focus = document.activeElement?.id;
  $("#shots").replaceChildren(...project.shots.map(card));
  if (focus) document.getElementById(focus)?.focus();
}

function card(shot, index) {
  const take = chosen(shot),
    busy = running(shot)[0],
    failed = shot.takes.at(-1)?.state === "failed" && shot.takes.at(-1);
  const patch = (body) => act(() => api("PATCH", `/shots/${shot.id}`, body));
  const edit = (name, body) => ({ name, onchange: (event) => patch(body(event.target.value)) });
  const item = h(
    "li.card.board-shot",
    { "data-shot": shot.id, draggable: true },
    h(
      "div.thumb",
      {},
      take
        ? h("video", {
            src: `${here(take.video_url)}#t=0.05`,
            muted: true,
            playsinline: true,
            preload: "metadata",
            loop: true,
            onclick: (e) => toggle(e.target),
          })
        : h("span.nothing", {}, busy ? `${busy.stage ?? busy.state} ${Math.round(busy.progress * 100)} %` : "no take"),
    ),
    h(
      "div.body",
      {},
      h(
        "p.line",
        {},
        h("input.shot-name", { value: shot.name, "aria-label": "Name", maxLength: 80, ...edit("name", (name) => ({ name })) }),
        h(
          "select",
          { "aria-label": "Status", ...edit("status", (status) => ({ status })) },
          data.statuses.map((name) => h("option", { selected: name === shot.status }, name)),
        ),
        h(
          "button.icon",
          {
            type: "button",
            "aria-pressed": `${shot.is_favourite}`,
            title: "Favourite",
            onclick: () => patch({ is_favourite: !shot.is_favourite }),
          },
          shot.is_favourite ? "★" : "☆",
        ),
      ),
      h(
        "textarea",
        { rows: 3, "aria-label": `What happens in shot ${shot.name}`, ...edit("prompt", (prompt) => ({ prompt })) },
        shot.arguments.prompt ?? "",
      ),
      h("textarea.note-text", { rows: 1, placeholder: "Note", "aria-label": "Note", ...edit("note", (note) => ({ note })) }, shot.note),
      shot.takes.length > 0 &&
        h(
          "label.field",
          {},
          "Take ",
          h(
            "select",
            edit("chosen", (id) => ({ chosen: id })),
            shot.takes.map((one) =>
              h(
                "option",
                { value: one.id, selected: one.id === shot.chosen, disabled: one.state !== "succeeded" },
                `${one.number} · ${one.engine} · ${one.state}`,
              ),
            ),
          ),
        ),
      busy && h("progress", { max: 1, value: busy.progress, "aria-label": "Rendering" }),
      failed && h("p.problem.small", {}, failed.error?.message ?? "The last take failed."),
      h(
        "p.line.actions",
        {},
        h("button", { type: "button", onclick: () => render(shot) }, shot.takes.length ? "New take" : "Draft"),
        index > 0 &&
          chosen(project.shots[index - 1]) &&
          h(
            "button",
            { type: "button", title: "The next shot after the take before it", onclick: () => render(shot, { follows: true }) },
            "Follow on",
          ),
        take && h("a.button", { href: `/requests/${take.id}` }, "Open"),
        shot.takes.length > 1 &&
          h("a.button", { href: `/requests/compare?${new URLSearchParams(shot.takes.slice(-6).map((one) => ["id", one.id]))}` }, "Compare"),
        h(
          "button.icon",
          {
            type: "button",
            id: `earlier-${shot.id}`,
            title: "Earlier",
            disabled: index === 0,
            onclick: () => move(shot, project.shots[index - 1].id),
          },
          "←",
        ),
        h(
          "button.icon",
          {
            type: "button",
            id: `later-${shot.id}`,
            title: "Later",
            disabled: index === project.shots.length - 1,
            onclick: () => move(shot, project.shots[index + 2]?.id ?? null),
          },
          "→",
        ),
        h("button.quiet", { type: "button", onclick: () => act(() => api("POST", `/shots/${shot.id}/duplicate`)) }, "Copy"),
        h("button.quiet.danger", { type: "button", onclick: () => remove(shot) }, "Delete"),
      ),
    ),
  );
  return draggable(item, shot);
}

function toggle(video) {
  video.paused ? video.play() : video.pause();
}

const move = (shot, before) => act(() => api("PATCH", `/shots/${shot.id}`, { before }));

function remove(shot) {
  if (confirm(`Delete shot ${shot.name}? Its requests stay.`)) act(() => api("DELETE", `/shots/${shot.id}`));
}

/** A card that is dragged before another one; typing in it drags nothing. */
function draggable(item, shot) {
  item.addEventListener("dragstart", (event) => {
    if (event.target.closest?.("input, textarea, select")) return event.preventDefault();
    event.dataTransfer.setData("text/plain", shot.id);
    event.dataTransfer.effectAllowed = "move";
  });
  item.addEventListener("dragover", (event) => event.preventDefault());
  item.addEventListener("drop", (event) => {
    event.preventDefault();
    const moved = project.shots.find((one) => one.id === event.dataTransfer.getData("text/plain"));
    if (moved && moved.id !== shot.id) move(moved, shot.id);
  });
  return item;
}

// --- takes ---------------------------------------------------------------------------------------------------------------

async function render(shot, more = {}) {
  const seed = shot.takes.length ? { seed: Math.floor(Math.random() * 2 ** 31) } : {};
  await paid(() => spend(null, "POST", `/shots/${shot.id}/takes`, { engine: drafter, ...seed, ...more }));
}

/** Something that may cost money, and then the board anew. */
async function paid(work) {
  try {
    const made = await work();
    await act(() => api("GET", url));
    return made;
  } catch (error) {
    toast(error.message, error instanceof Declined ? "" : "bad");
    return undefined;
  }
}

$("#render").addEventListener("click", async () => {
  const made = await paid(() => spend(null, "POST", `${url}/render`, { engine: drafter }));
  if (made) toast(`${Object.keys(made.requests).length} shots on their way.`);
});

$("#promote").addEventListener("click", async () => {
  const approved = project.shots.filter((shot) => shot.status === "approved" && chosen(shot));
  const engine = await choose(approved.length);
  if (!engine) return;
  const made = await paid(async () => {
    const offer = await api("POST", `${url}/promote`, { ...engine, dry_run: true });
    return spend({ ...offer, title: titleOf(engine.engine) }, "POST", `${url}/promote`, engine);
  });
  if (made) toast(`${Object.keys(made.requests).length} shots promoted.`);
  for (const text of Object.values(made?.failed ?? {})) toast(text, "bad");
});

const titleOf = (name) => data.engines.find((engine) => engine.name === name)?.title ?? name;

/** Which engine, and what of the drafts stays; undefined when nobody wants it. */
function choose(count) {
  const engines = data.engines.filter((engine) => !engine.is_draft);
  const dialog = h(
    "dialog",
    { "aria-labelledby": "promote-title" },
    h("h2", { id: "promote-title" }, count ? `Promote ${count} approved shot${count > 1 ? "s" : ""}` : "No approved shot has a take"),
    h(
      "form",
      { method: "dialog" },
      count > 0 &&
        h(
          "label.field",
          {},
          "Engine",
          h(
            "select",
            { name: "engine" },
            engines.map((engine) => h("option", { value: engine.name }, engine.title)),
          ),
        ),
      count > 0 &&
        h(
          "label.field",
          {},
          "What stays",
          h(
            "select",
            { name: "lock" },
            h("option", { value: "words" }, "the words"),
            h("option", { value: "geometry" }, "the geometry (depth pass)"),
            h("option", { value: "playblast" }, "the picture (playblast)"),
          ),
        ),
      h("p.actions", {}, h("button", { value: "no" }, "Cancel"), count > 0 && h("button.primary", { value: "yes" }, "Promote")),
    ),
  );
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      const wish = Object.fromEntries(new FormData($("form", dialog)));
      dialog.remove();
      resolve(dialog.returnValue === "yes" ? wish : undefined);
    });
  });
}

let timer = 0;
function watch() {
  clearTimeout(timer);
  if (project.shots.some((shot) => running(shot).length)) timer = setTimeout(() => act(() => api("GET", url)), POLL_MS);
}

// --- cast and places -------------------------------------------------------------------------------------------------------

function drawMembers() {
  $("#members").replaceChildren(
    ...project.members.map((member) =>
      h(
        "li",
        {},
        h("img", { src: here(member.pictures[0]), alt: "", width: 56, height: 56, loading: "lazy" }),
        h("span", {}, `@${member.name}`),
        h(
          "button.icon",
          { type: "button", title: `Remove ${member.name}`, onclick: () => members(project.members.filter((one) => one !== member)) },
          "×",
        ),
      ),
    ),
  );
}

const members = (list) => act(() => api("PATCH", url, { members: list }));

$("#member").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target,
    given = new FormData(form);
  const pictures = await attempt(() => Promise.all(given.getAll("pictures").map((file) => sent(file, file.name))));
  if (pictures && (await members([...project.members, { name: given.get("name"), kind: given.get("kind"), pictures }]))) form.reset();
});

$("#more").addEventListener("submit", async (event) => {
  event.preventDefault();
  const script = new FormData(event.target).get("script");
  if (await act(() => api("POST", `${url}/shots`, { script }))) event.target.reset();
});

// --- the animatic: the chosen takes, one after the other ---------------------------------------------------------------------

const animatic = {
  video: $("#animatic"),
  at: 0,
  shots: [],
  refresh() {
    const before = this.shots[this.at]?.id;
    this.shots = project.shots.filter(chosen);
    this.at = Math.max(
      0,
      this.shots.findIndex((shot) => shot.id === before),
    );
    this.load(false);
  },
  load(plays) {
    const shot = this.shots[this.at];
    this.video.hidden = !shot;
    $("#now").textContent = shot ? `Shot ${shot.name} · ${this.at + 1} of ${this.shots.length}` : "Nothing is drafted yet.";
    const address = shot && here(chosen(shot).video_url);
    if (shot && this.video.getAttribute("src") !== address) this.video.src = address;
    if (shot && plays) this.video.play();
  },
};
const lengthOf = (shot) => (chosen(shot).video?.frames ?? 0) / (chosen(shot).video?.fps || 24);
const track = new Track({
  video: animatic.video,
  seconds: () => animatic.shots.reduce((total, shot) => total + lengthOf(shot), 0),
  now: () => animatic.shots.slice(0, animatic.at).reduce((total, shot) => total + lengthOf(shot), 0) + animatic.video.currentTime,
  seek(seconds) {
    let left = seconds;
    const at = animatic.shots.findIndex((shot) => (left -= lengthOf(shot)) < 0);
    if (at < 0) return;
    const inside = left + lengthOf(animatic.shots[at]);
    animatic.at = at;
    animatic.load(false);
    animatic.video.addEventListener("loadedmetadata", () => (animatic.video.currentTime = inside), { once: true });
    if (animatic.video.readyState > 0) animatic.video.currentTime = inside;
  },
});
$("#sound").addEventListener("change", async (event) => {
  const [file] = event.target.files;
  const address = file && (await attempt(() => sent(file, file.name)));
  if (address) await act(() => api("PATCH", url, { settings: { audio_url: address } }));
  event.target.value = "";
});
$("#mute").addEventListener("click", () => act(() => api("PATCH", url, { settings: { audio_url: null } })));
animatic.video.addEventListener("ended", () => {
  const isLast = animatic.at + 1 >= animatic.shots.length;
  animatic.at = isLast ? 0 : animatic.at + 1;
  animatic.load(!isLast);
});

addEventListener("focusout", debounce(drawShots, 400));
show(project);
