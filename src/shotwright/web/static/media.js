// Pictures and clips of a request: measured before they are uploaded, uploaded with progress, shown as tiles.
import { api, ApiError, csrf, h, megabytes, toast } from "./lib.js";
import { videoFacts } from "./mp4.js";

/** A picture or clip: address, thumbnail, facts, what is wrong with it, and how far its upload is (null: not uploading). */
export class Media {
  constructor(kind, form) {
    this.kind = kind;
    this.form = form;
    this.url = "";
    this.thumb = "";
    this.name = "";
    this.facts = null;
    this.problems = [];
    this.progress = null;
  }

  get limits() {
    return this.kind === "video" ? this.form.video_limits : this.form.image_limits;
  }

  /** Measure a file and check it; the upload follows only when it fits. */
  async take(file, changed) {
    this.name = file.name || `pasted.${file.type.split("/")[1] ?? "png"}`;
    this.thumb = URL.createObjectURL(file);
    try {
      this.facts = this.kind === "video" ? await videoFacts(file) : await imageFacts(this.thumb);
    } catch {
      this.facts = null;
    }
    this.problems = this.kind === "video" ? videoProblems(file, this.facts, this.limits) : imageProblems(file, this.facts, this.limits);
    changed();
    if (this.problems.length === 0) await this.upload(file, changed);
    return this;
  }

  /** Look at an address: the server fetches, measures and draws a thumbnail; nothing leaves this origin. */
  async link(url, changed) {
    this.url = url;
    this.name = nameIn(url);
    this.progress = 0.5;
    changed();
    try {
      const found = await api("POST", `/${this.form.id}/media`, { url, kind: this.kind });
      this.facts = found.facts;
      this.thumb = found.thumbnail ?? "";
      this.problems = found.errors.map((item) => item.msg);
    } catch (error) {
      this.problems = [error.message];
    }
    this.progress = null;
    changed();
    return this;
  }

  async upload(file, changed) {
    this.progress = 0;
    try {
      this.url = await sent(file, this.name, (share) => {
        this.progress = share;
        changed("progress");
      });
    } catch (error) {
      this.problems = [`The upload failed: ${error.message}`];
    }
    this.progress = null;
    changed();
  }

  /** What it measures, in one line. */
  get line() {
    const f = this.facts;
    if (!f) return this.name;
    const parts = [`${f.width}×${f.height}`];
    if (f.duration_s) parts.push(`${f.duration_s.toFixed(1)} s`, `${Math.round(f.fps * 100) / 100} fps`);
    if (f.size_bytes) parts.push(megabytes(f.size_bytes));
    return parts.join(" · ");
  }
}

function nameIn(url) {
  const last = url.startsWith("data:") ? "" : url.split(/[?#]/)[0].split("/").pop();
  try {
    return decodeURIComponent(last).slice(0, 60) || "linked";
  } catch {
    return last.slice(0, 60) || "linked";
  }
}

/** The address of a file once it is on the server. */
export function sent(file, name, onshare = () => {}) {
  return new Promise((resolve, reject) => {
    const call = new XMLHttpRequest();
    call.open("POST", "/cdn/files/upload");
    call.setRequestHeader("x-fal-file-name", encodeURIComponent(name).replaceAll("%", "_"));
    call.setRequestHeader("x-csrf-token", csrf());
    if (file.type) call.setRequestHeader("content-type", file.type);
    call.upload.onprogress = (event) => event.lengthComputable && onshare(event.loaded / event.total);
    call.onload = () => {
      let body = null;
      try {
        body = JSON.parse(call.responseText);
      } catch {
        /* no JSON: the status says enough */
      }
      call.status < 300 && body ? resolve(body.access_url) : reject(new ApiError(call.status, body));
    };
    call.onerror = () => reject(new Error("the server does not answer"));
    call.send(file);
  });
}

function imageFacts(url) {
  return new Promise((resolve, reject) => {
    const image = new Image();
    image.onload = () => resolve({ width: image.naturalWidth, height: image.naturalHeight });
    image.onerror = reject;
    image.src = url;
  });
}

function common(file, limits, formats) {
  const problems = [];
  const ending = (file.name.match(/\.[^.]+$/)?.[0] ?? `.${file.type.split("/")[1] ?? ""}`).toLowerCase();
  if (!formats.includes(ending)) problems.push(`${ending || "This file"} is not supported. Use ${formats.join(", ")}.`);
  if (file.size > limits.max_bytes) problems.push(`${megabytes(file.size)}: at most ${megabytes(limits.max_bytes)} are allowed.`);
  return problems;
}

/** Limits of a picture that a file breaks, with what was measured. */
export function imageProblems(file, facts, limits) {
  const problems = common(file, limits, limits.formats);
  if (!facts) return problems.length ? problems : ["The picture could not be read."];
  facts.size_bytes = file.size;
  const { width, height } = facts,
    ratio = width / height;
  if (Math.min(width, height) < limits.min_side_px)
    problems.push(`${width}×${height}: both sides need at least ${limits.min_side_px} pixels.`);
  if (Math.max(width, height) > limits.max_side_px)
    problems.push(`${width}×${height}: both sides may have at most ${limits.max_side_px} pixels.`);
  if (ratio < limits.min_ratio || ratio > limits.max_ratio)
    problems.push(`Aspect ratio ${ratio.toFixed(2)}: it must lie between ${limits.min_ratio} and ${limits.max_ratio}. Crop it.`);
  return problems;
}

/** Limits of a clip that a file breaks, with what was measured. */
export function videoProblems(file, facts, limits) {
  const problems = common(file, limits, limits.formats);
  if (!facts) return problems.length ? problems : ["The clip could not be read; it must be an MP4 or MOV."];
  facts.size_bytes = file.size;
  const { width, height, duration_s, fps } = facts;
  if (Math.min(width, height) < limits.min_side_px)
    problems.push(`${width}×${height}: both sides need at least ${limits.min_side_px} pixels.`);
  if (Math.max(width, height) > limits.max_side_px)
    problems.push(`${width}×${height}: both sides may have at most ${limits.max_side_px} pixels.`);
  if (duration_s < limits.min_duration_s - 0.001)
    problems.push(`${duration_s.toFixed(2)} s: at least ${limits.min_duration_s} s are needed.`);
  if (duration_s > limits.max_duration_s + 0.001)
    problems.push(`${duration_s.toFixed(2)} s: at most ${limits.max_duration_s} s are allowed.`);
  if (fps < limits.min_fps - 0.03 || fps > limits.max_fps + 0.03)
    problems.push(`${fps.toFixed(2)} frames per second: between ${limits.min_fps} and ${limits.max_fps} are supported.`);
  return problems;
}

/** A tile: thumbnail, name, facts, problems, buttons. */
export function tile(media, ref, { onremove, onback = null, onforward = null, isWide = false }) {
  const shot =
    media.kind === "video"
      ? media.thumb.startsWith("blob:") || media.thumb.startsWith("/") || media.thumb.startsWith(location.origin)
        ? h("video.shot", {
            src: media.thumb + (media.thumb.startsWith("blob:") ? "" : "#t=0.1"),
            muted: true,
            controls: isWide,
            preload: "metadata",
            playsinline: true,
            "aria-label": `${ref} ${media.name}`,
          })
        : media.thumb
          ? h("img.shot", { src: media.thumb, alt: `${ref} ${media.name}` })
          : h("div.shot", {}, "clip")
      : media.thumb
        ? h("img.shot", { src: media.thumb, alt: `${ref} ${media.name}` })
        : h("div.shot", {}, "picture");
  return h(
    `li.tile${media.problems.length ? ".bad" : ""}${isWide ? ".wide" : ""}`,
    {},
    shot,
    media.progress === null ? null : h("progress", { max: 1, value: media.progress, "aria-label": "Upload" }),
    h(
      "div.about",
      {},
      h("p", {}, h("strong.ref", {}, ref)),
      h("p.muted", {}, media.line),
      media.problems.map((text) => h("p.problem", { role: "alert" }, text)),
    ),
    h(
      "div.buttons",
      {},
      onback && h("button", { type: "button", "aria-label": `Move ${ref} forward`, onclick: onback }, "◀"),
      onforward && h("button", { type: "button", "aria-label": `Move ${ref} back`, onclick: onforward }, "▶"),
      h("button", { type: "button", "aria-label": `Remove ${ref}`, onclick: onremove }, "Remove"),
    ),
  );
}

/** Where files come in: drop, paste, pick, link, camera. `add(files)` and `addLink(url)` take them. */
export function dropZone(label, kind, { add, addLink, many = false }) {
  const accept = kind === "video" ? ".mp4,.mov,video/mp4,video/quicktime" : "image/png,image/jpeg,image/webp,image/gif,image/avif";
  const picker = h("input", {
    type: "file",
    accept,
    multiple: many,
    hidden: true,
    "aria-label": label,
    onchange: () => {
      add([...picker.files]);
      picker.value = "";
    },
  });
  const zone = h(
    "div.drop",
    { role: "group", "aria-label": label },
    h(
      "p",
      {},
      kind === "video"
        ? "Drop a clip here, paste it, or"
        : `Drop ${many ? "pictures" : "a picture"} here, paste ${many ? "them" : "it"}, or`,
    ),
    h("button", { type: "button", onclick: () => picker.click() }, "Choose"),
    h("button.quiet", { type: "button", onclick: () => askLink(kind, addLink) }, "Link"),
    kind === "image" && navigator.mediaDevices ? h("button.quiet", { type: "button", onclick: () => takePhoto(add) }, "Camera") : null,
    picker,
  );
  const fits = (file) =>
    (kind === "video" ? /^video\/|\.(mp4|mov)$/i : /^image\//).test(file.type + " " + file.name) ||
    (kind === "video" && file.name.match(/\.(mp4|mov)$/i));
  zone.addEventListener("dragover", (event) => {
    event.preventDefault();
    event.stopPropagation();
    zone.classList.add("over");
  });
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    event.stopPropagation();
    zone.classList.remove("over");
    const files = [...event.dataTransfer.files];
    const link = event.dataTransfer.getData("text/uri-list");
    if (files.length) {
      const good = files.filter(fits);
      if (good.length < files.length) toast(`Only ${kind === "video" ? "MP4 and MOV clips" : "pictures"} go here.`, "bad");
      if (good.length) add(many ? good : good.slice(0, 1));
    } else if (link) addLink(link.split("\n")[0].trim());
  });
  zone.picker = picker;
  return zone;
}

function askLink(kind, addLink) {
  const input = h("input", { type: "url", required: true, placeholder: "https://…", "aria-label": "Address" });
  const dialog = h(
    "dialog",
    { "aria-label": "Link" },
    h(
      "form",
      {
        method: "dialog",
        onsubmit: () => {
          if (input.value) addLink(input.value.trim());
        },
      },
      h("h2", {}, `Address of the ${kind === "video" ? "clip" : "picture"}`),
      input,
      h("p.muted.small", {}, "This server fetches it, measures it and shows a thumbnail; your browser does not call that site."),
      h("div.actions", {}, h("button.primary", {}, "Use it"), h("button", { type: "button", onclick: () => dialog.close() }, "Cancel")),
    ),
  );
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

async function takePhoto(add) {
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: true });
  } catch {
    toast("No camera, or it was not allowed.", "bad");
    return;
  }
  const video = h("video", { autoplay: true, muted: true, playsinline: true });
  video.srcObject = stream;
  const dialog = h(
    "dialog",
    { "aria-label": "Camera" },
    video,
    h(
      "div.actions",
      {},
      h(
        "button.primary",
        {
          type: "button",
          onclick: () => {
            const canvas = h("canvas", { width: video.videoWidth, height: video.videoHeight });
            canvas.getContext("2d").drawImage(video, 0, 0);
            canvas.toBlob((blob) => add([new File([blob], "camera.jpg", { type: "image/jpeg" })]), "image/jpeg", 0.92);
            dialog.close();
          },
        },
        "Take the picture",
      ),
      h("button", { type: "button", onclick: () => dialog.close() }, "Cancel"),
    ),
  );
  dialog.addEventListener("close", () => {
    stream.getTracks().forEach((track) => track.stop());
    dialog.remove();
  });
  document.body.append(dialog);
  dialog.showModal();
}
