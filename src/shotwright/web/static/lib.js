// What every page needs: elements, calls to our own API, small words.

/** An element: h("p.muted", {title: "x"}, "text", child). Attributes that start with "on" are listeners. */
export function h(spec, attributes = {}, ...children) {
  const [tag, ...classes] = spec.split(".");
  const element = document.createElement(tag || "div");
  if (classes.length) element.className = classes.join(" ");
  return dress(element, attributes, children);
}

const SVG = "http://www.w3.org/2000/svg";

/** The same for SVG. */
export function s(spec, attributes = {}, ...children) {
  const [tag, ...classes] = spec.split(".");
  const element = document.createElementNS(SVG, tag);
  if (classes.length) element.setAttribute("class", classes.join(" "));
  return dress(element, attributes, children);
}

function dress(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name in element && !(element instanceof SVGElement) && typeof value !== "string") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export const $ = (selector, root = document) => root.querySelector(selector);
export const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

/** The JSON that the page brought along. */
export function pageData() {
  return JSON.parse($("#data").textContent);
}

export class ApiError extends Error {
  constructor(status, body) {
    super(words(body) || `The server answered ${status}.`);
    this.status = status;
    this.items = Array.isArray(body?.detail) ? body.detail : [];
    this.price = body?.price_usd ?? null;
  }
}

function words(body) {
  if (!body) return "";
  if (typeof body.detail === "string") return body.detail;
  if (Array.isArray(body.detail)) return body.detail.map((item) => `${place(item.loc)}: ${item.msg}`).join("\n");
  return body.error?.message ?? body.message ?? "";
}

/** Where an error is, in words: body.elements.0.frontal_image_url → elements 1, frontal image url. */
export function place(loc) {
  const parts = (loc ?? []).slice(1).map((part) => (typeof part === "number" ? `${part + 1}` : part.replaceAll("_", " ")));
  return parts.join(" ") || "request";
}

export function csrf() {
  return $('meta[name="csrf-token"]')?.content ?? "";
}

/** JSON of our own API; throws ApiError. */
export async function api(method, path, body, headers = {}) {
  const answer = await fetch(path, {
    method,
    headers: { accept: "application/json", "content-type": "application/json", "x-csrf-token": csrf(), ...headers },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await answer.text();
  let data = null;
  try {
    data = text ? JSON.parse(text) : null;
  } catch {
    data = { detail: text.slice(0, 200) };
  }
  if (!answer.ok) throw new ApiError(answer.status, data);
  return data;
}

/** An address of our own files as this page reaches them, whatever name the server gave; others stay. */
export function here(url) {
  return typeof url === "string" ? url.replace(/^https?:\/\/[^/]+(?=\/files\/[0-9a-f]{32}\/)/, "") : url;
}

/** Whether an address is one of this origin. */
export function isOurs(url) {
  try {
    return new URL(here(url), location.href).origin === location.origin;
  } catch {
    return false;
  }
}

const TEXTS = ["prompt", "video_url", "start_image_url", "end_image_url", "aspect_ratio"];

/** The input of a request with the shapes that its fields have; throws an Error that names the first field that is different. */
export function shaped(given) {
  if (given === null || typeof given !== "object" || Array.isArray(given)) throw new Error("The input of a request is a JSON object.");
  const wrong = (name, what) => {
    throw new Error(`${name} must be ${what}.`);
  };
  for (const name of TEXTS) if (given[name] !== undefined && given[name] !== null && typeof given[name] !== "string") wrong(name, "text");
  const texts = (name, list) => {
    if (list !== undefined && list !== null && !(Array.isArray(list) && list.every((item) => typeof item === "string")))
      wrong(name, "a list of addresses");
  };
  texts("image_urls", given.image_urls);
  if (given.elements !== undefined && given.elements !== null) {
    if (
      !Array.isArray(given.elements) ||
      !given.elements.every(
        (item) => item && typeof item === "object" && (item.frontal_image_url === undefined || typeof item.frontal_image_url === "string"),
      )
    )
      wrong("elements", "a list of objects with frontal_image_url");
    given.elements.forEach((item) => texts("reference_image_urls", item.reference_image_urls));
  }
  return { ...given, ...(given.duration !== undefined && given.duration !== null ? { duration: String(given.duration) } : {}) };
}

export function toast(text, kind = "") {
  const item = h(`div.toast${kind ? "." + kind : ""}`, {}, text);
  $("#toasts").append(item);
  setTimeout(() => item.remove(), kind === "bad" ? 9000 : 4000);
}

/** Run something that may fail; failures become a toast. */
export async function attempt(work) {
  try {
    return await work();
  } catch (error) {
    toast(error.message, "bad");
    return undefined;
  }
}

export async function copy(text, said = "Copied.") {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = h("textarea", {}, text);
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  toast(said);
}

export const seconds = (value) =>
  value < 60 ? `${Math.round(value * 10) / 10} s` : `${Math.floor(value / 60)} min ${Math.round(value % 60)} s`;
export const megabytes = (bytes) => (bytes < 1e5 ? `${Math.max(1, Math.round(bytes / 1000))} kB` : `${(bytes / 1048576).toFixed(1)} MB`);
export const dollars = (value) => "$" + value.toFixed(3).replace(/0$/, "");

export function debounce(work, wait) {
  let timer = 0;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => work(...given), wait);
  };
}

/** Whether keys belong to a text field at present. */
export function isTyping(target) {
  return target.closest?.("input:not([type=range], [type=checkbox]), textarea, select, [contenteditable]");
}

/** Tabs after the pattern of ARIA: arrows move, one panel shows. */
export function tabs(list, onshow = () => {}) {
  const all = $$('[role="tab"]', list);
  function show(tab, focus = false) {
    for (const item of all) {
      const on = item === tab;
      item.setAttribute("aria-selected", on);
      item.tabIndex = on ? 0 : -1;
      document.getElementById(item.getAttribute("aria-controls")).hidden = !on;
    }
    if (focus) tab.focus();
    onshow(tab.id.replace("tab-", ""));
  }
  list.addEventListener("click", (event) => event.target.closest('[role="tab"]') && show(event.target.closest('[role="tab"]')));
  list.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    show(all[(all.indexOf(document.activeElement) + step + all.length) % all.length], true);
  });
  return (name) => show(document.getElementById(`tab-${name}`));
}
