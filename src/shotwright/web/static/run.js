// One request as it happens: queue position, stage, frame n of N, a growing film strip, ETA with its basis, log, cancel, result.
import { api, attempt, dollars, h, here, place, seconds } from "./lib.js";
import { underClip } from "./plan.js";
import { Player } from "./player.js";

/** Follow a request in `root` until its end; `onend(request)` is called once. Returns a function that stops following. */
export function follow(root, id, { onend = () => {}, appPath = "fal-ai/kling-video", compare = [] } = {}) {
  const view = {
    head: h("p.line", { role: "status", "aria-live": "polite" }),
    bar: h("progress", { max: 1, value: 0, "aria-label": "Progress" }),
    stages: h("ol.stagebar", { "aria-label": "Stages" }),
    film: h("div.film", { tabindex: 0, role: "region", "aria-label": "Film strip" }),
    log: h("ol.log", { tabindex: 0, "aria-label": "Log" }),
    result: h("div"),
  };
  const cancel = h(
    "button",
    { type: "button", id: "cancel-run", onclick: () => attempt(() => api("PUT", `/queue/${appPath}/requests/${id}/cancel`)) },
    "Cancel",
  );
  const running = h(
    "div",
    {},
    view.head,
    view.bar,
    view.stages,
    h("div.actions", {}, cancel, h("a.button", { href: `/requests/${id}` }, "Open the request")),
  );
  root.replaceChildren(running, view.film, view.result, h("details", {}, h("summary", {}, "Log"), view.log));
  const seen = new Set(),
    stages = [];
  let source = null,
    timer = 0,
    isOver = false;
  function take({ request, events, ...rest }) {
    for (const event of events)
      if (!seen.has(event.id)) {
        seen.add(event.id);
        show(event, view, stages);
      }
    progress(view, request, rest, stages);
    cancel.disabled = request.cancel_requested;
    if (!["succeeded", "failed", "cancelled"].includes(request.state)) return;
    stop();
    running.hidden = request.state === "succeeded";
    cancel.hidden = true;
    end(view, request, compare);
    onend(request);
  }
  function listen() {
    if (isOver || source) return;
    source = new EventSource(`/requests/${id}/live`);
    source.onmessage = ({ data }) => take(JSON.parse(data));
    source.onerror = () => {
      if (source?.readyState === EventSource.CLOSED) {
        source = null;
        poll();
      }
    };
  }
  async function poll() {
    try {
      const [request, { events }] = await Promise.all([api("GET", `/requests/${id}`), api("GET", `/requests/${id}/events`)]);
      take({ request, events, queue_position: null, eta_s: null, eta_basis: null });
    } catch (error) {
      view.head.replaceChildren(h("span.problem", {}, `${error.message} Asking again…`));
    }
    clearTimeout(timer);
    if (!isOver) timer = setTimeout(poll, 3000);
  }
  /** A hidden tab gives its connection back: browsers have only six for a server. */
  function turned() {
    if (document.hidden) {
      source?.close();
      source = null;
    } else {
      clearTimeout(timer);
      listen();
    }
  }
  function stop() {
    isOver = true;
    source?.close();
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", turned);
  }
  document.addEventListener("visibilitychange", turned);
  listen();
  return stop;
}

function show(event, view, stages) {
  if (event.kind === "preview") {
    const image = h("img", {
      src: here(event.data.url),
      alt: `Preview ${view.film.children.length + 1}`,
      loading: "lazy",
      onerror: () => image.remove(),
    });
    view.film.append(image);
    view.film.scrollLeft = view.film.scrollWidth;
  } else if (event.kind === "log") view.log.append(logLine(event));
  else if (event.kind === "state" && event.data?.state === "queued" && event.data?.attempt)
    view.log.append(logLine({ ...event, message: `Attempt ${event.data.attempt} ended; queued again.` }));
  else if (event.kind === "progress" && !stages.includes(event.data.stage)) stages.push(event.data.stage);
}

/** A line of a request's log. */
export function logLine({ at, level, message }) {
  return h(
    `li${level === "WARN" ? ".warn" : level === "ERROR" ? ".error" : ""}`,
    {},
    h("time", { datetime: at }, at.slice(11, 19)),
    message ?? "",
  );
}

function progress(view, request, { queue_position: position, eta_s: eta, eta_basis: basis, stages: all }, stages) {
  const frame = frameOf(request);
  const parts = [h(`span.badge.${request.state}`, {}, request.state)];
  if (request.state === "queued") parts.push(h("span", {}, position ? `${position} before it` : "next in the queue"));
  if (request.state === "running")
    parts.push(
      h("span", {}, [request.stage, frame].filter(Boolean).join(" · ")),
      request.attempt > 1 ? h("span.tag", {}, `attempt ${request.attempt}`) : "",
    );
  if (request.cancel_requested && request.state === "running") parts.push(h("span", {}, "stopping…"));
  else if (eta !== null) parts.push(h("span.muted", {}, `about ${seconds(eta)} left, by ${basis}`));
  view.head.replaceChildren(...parts.filter(Boolean));
  view.bar.value = request.state === "succeeded" ? 1 : request.progress;
  const known = all.filter((stage) => stage.is_usual || stages.includes(stage.name));
  view.stages.replaceChildren(
    ...known.map(({ label }, here) => {
      const at = known.findIndex(({ name }) => name === request.stage);
      return h(`li${request.state === "succeeded" || here < at ? ".done" : here === at ? ".now" : ""}`, {}, label);
    }),
  );
}

function frameOf(request) {
  const spec = request.stage === "render" ? request.arguments?.duration : null;
  return spec
    ? `frame ${Math.round(request.progress * 24 * Number(spec))} of ${24 * Number(spec)}`
    : `${Math.round(request.progress * 100)} %`;
}

function end(view, request, compare) {
  if (request.state === "succeeded") {
    const facts = request.metrics.drafted ? ["drawn as a draft: there is no recording of it"] : [];
    facts.push(
      `${request.video.width}×${request.video.height}`,
      `${request.video.frames} frames`,
      `took ${seconds(request.metrics.inference_time ?? 0)}`,
      `cost ${request.cost_usd ? dollars(request.cost_usd) : "nothing"}`,
    );
    if (request.metrics.upstream_usd) facts.push(`${dollars(Number(request.metrics.upstream_usd))} on the paid model`);
    const screen = h("div");
    view.result.replaceChildren(screen, h("p.muted", {}, facts.join(" · ")));
    Promise.all([api("GET", `/requests/${request.id}/plan`), api("GET", `/requests/${request.id}`)]).then(
      ([plan, whole]) => view.result.append(underClip(plan, String(whole.arguments?.prompt ?? "")) ?? ""),
      () => {}, // the plan was deleted with the payloads
    );
    view.film.hidden = true;
    new Player(screen, {
      url: here(request.video_url),
      fps: request.video.fps,
      name: `shotwright-${request.id.slice(0, 8)}.mp4`,
      others: compare,
      camera: request.camera_url ? here(request.camera_url) : null,
      link: `${location.origin}/requests/${request.id}`,
    });
    return;
  }
  view.result.replaceChildren(failure(request));
}

/** Why a request has no clip, and what to do about it. */
export function failure(request) {
  if (request.state === "cancelled")
    return h("div.note", {}, h("p", {}, "Cancelled. What was drawn so far stays in the film strip; nothing is charged."));
  const error = request.error ?? {};
  const items = (error.items ?? []).map((item) =>
    h("li", {}, h("strong", {}, place(item.loc)), ` ${item.msg} `, h("a", { href: `/docs/errors.html#${item.type}` }, item.type)),
  );
  return h(
    "div.failure",
    { role: "alert" },
    h("h3", {}, "The request failed"),
    items.length ? h("ul", {}, items) : h("p", {}, error.message ?? "No reason was given."),
    error.retryable ? h("p.muted", {}, "Trying again may help.") : null,
  );
}
