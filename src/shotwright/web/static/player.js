// A clip to look at frame by frame, alone, against another (wipe, side by side) or in a grid: loop, speed, contact sheet.
import { copy, h, isTyping, toast } from "./lib.js";

const SPEEDS = [0.25, 0.5, 1, 2];
const SHEET = { columns: 4, rows: 3, width: 320 };

/** Hours, minutes, seconds and frames of a frame: 00:00:02:11. */
export function timecode(frame, fps) {
  const rate = Math.round(fps),
    seconds = Math.floor(frame / rate);
  return [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60, frame % rate]
    .map((part) => String(part).padStart(2, "0"))
    .join(":");
}

export class Player {
  /** `fps` of the clip; `url` of it; `name` for downloads. `others` are [{label, url}] to choose one from to compare with. */
  constructor(
    root,
    { url, fps = 24, name = "shotwright.mp4", others = [], label = "A", link = location.href, layout = "wipe", camera = null },
  ) {
    Object.assign(this, { root, fps, name, others, link, url, from: null, until: null, lenses: null });
    if (camera)
      fetch(camera)
        .then((answer) => (answer.ok ? answer.json() : null))
        .then((found) => {
          this.lenses = found?.poses?.map(({ lens }) => Math.round(lens * 36)) ?? null; // millimetres on full frame
          this.#tick();
        })
        .catch(() => {});
    this.a = h("video", { src: url, playsinline: true, preload: "auto", loop: true, muted: true, "aria-label": "The clip" });
    this.rest = []; // the clips that follow the first
    this.screen = h("div.screen", {}, h("div.take", {}, this.a, h("span.side", {}, label)));
    this.scrub = h("input", {
      type: "range",
      min: 0,
      max: 1000,
      value: 0,
      step: 1,
      "aria-label": "Position",
      oninput: () => this.seek((this.scrub.value / 1000) * this.a.duration),
    });
    this.time = h("span.time", {}, "0.00 s");
    this.sheet = h("div");
    this.wipe = h("input", {
      type: "range",
      min: 0,
      max: 100,
      value: 50,
      "aria-label": "Wipe between A and B",
      hidden: true,
      oninput: () => this.#cut(),
    });
    this.layout = layout;
    root.replaceChildren(
      h("div.player", { role: "group", "aria-label": "Player" }, this.screen, this.scrub, this.wipe, this.#bar(), this.sheet),
    );
    this.a.addEventListener("timeupdate", () => this.#tick());
    this.a.addEventListener("loadedmetadata", () => this.#tick());
    this.a.addEventListener("play", () => {
      for (const clip of this.rest) clip.play().catch(() => {});
      this.#loop();
      this.#state();
    });
    this.a.addEventListener("pause", () => {
      for (const clip of this.rest) clip.pause();
      this.#align();
      this.#state();
    });
    this.keys = (event) => this.#key(event);
    document.addEventListener("keydown", this.keys);
    this.#state();
    if (!matchMedia("(prefers-reduced-motion: reduce)").matches) this.a.play().catch(() => {});
  }

  close() {
    document.removeEventListener("keydown", this.keys);
  }

  #bar() {
    const button = (text, label, work, extra = {}) =>
      h("button", { type: "button", "aria-label": label, title: label, onclick: work, ...extra }, text);
    this.playButton = button("▶", "Play or pause (K)", () => this.toggle());
    this.soundButton = button("Sound", "Sound (M)", () => this.sound(), { "aria-pressed": "false" });
    this.rangeButtons = [
      button("In", "In: loop from here (I)", () => this.mark("from")),
      button("Out", "Out: loop until here (O)", () => this.mark("until")),
    ];
    this.loopButton = button(
      "Loop",
      "Loop",
      () => {
        this.a.loop = !this.a.loop;
        this.loopButton.setAttribute("aria-pressed", this.a.loop);
      },
      { "aria-pressed": "true" },
    );
    this.speed = h(
      "select",
      {
        "aria-label": "Speed",
        onchange: () => {
          for (const clip of [this.a, ...this.rest]) clip.playbackRate = Number(this.speed.value);
        },
      },
      SPEEDS.map((value) => h("option", { value, selected: value === 1 }, `${value}×`)),
    );
    this.against = h(
      "select",
      {
        "aria-label": "Compare with",
        hidden: !this.others.length,
        onchange: () => this.compare(this.others.filter((_, index) => String(index) === this.against.value)),
      },
      h("option", { value: "" }, "Compare with…"),
      this.others.map((item, index) => h("option", { value: index }, item.label)),
    );
    this.sideButton = button(
      "A|B",
      "A|B: wipe or side by side",
      () => {
        this.layout = this.layout === "wipe" ? "side" : "wipe";
        this.#cut();
      },
      { hidden: true },
    );
    return h(
      "div.bar",
      {},
      this.playButton,
      button("◂❙", "One frame back (←)", () => this.step(-1)),
      button("❙▸", "One frame forward (→)", () => this.step(1)),
      this.soundButton,
      this.loopButton,
      ...this.rangeButtons,
      this.speed,
      this.against,
      this.sideButton,
      button("Full", "Full screen (F)", () => this.full()),
      button("Sheet", "Contact sheet", () => this.contactSheet()),
      h("a.button", { href: this.url, download: this.name, "aria-label": "Save the clip", title: "Save the clip" }, "Save"),
      button("Link", "Copy link", () => copy(this.link, "Link copied.")),
      this.time,
    );
  }

  /** The sound of the first clip, on or off. */
  sound() {
    this.a.muted = !this.a.muted;
    this.soundButton.setAttribute("aria-pressed", String(!this.a.muted));
  }

  full() {
    document.fullscreenElement
      ? document.exitFullscreen()
      : this.screen.requestFullscreen?.().catch((error) => toast(error.message, "bad"));
  }

  /** Set where the loop begins ("from") or ends ("until"); the same place again takes it away. */
  mark(side) {
    const at = this.a.currentTime;
    this[side] = this[side] !== null && Math.abs(this[side] - at) < 0.5 / this.fps ? null : at;
    if (this.from !== null && this.until !== null && this.until <= this.from) this[side === "from" ? "until" : "from"] = null;
    this.rangeButtons.forEach((button, index) => button.setAttribute("aria-pressed", String(this[index ? "until" : "from"] !== null)));
    this.#tick();
  }

  #keepWithin() {
    const from = this.from ?? 0;
    if (this.until !== null && this.a.currentTime > this.until && !this.a.paused) {
      if (!this.a.loop) this.a.pause();
      this.seek(this.a.loop ? from : this.until);
    } else if (this.from !== null && this.a.currentTime < this.from - 0.5 / this.fps && !this.a.paused) this.seek(from);
  }

  toggle() {
    this.a.paused ? this.a.play() : this.a.pause();
  }

  /** Move by whole frames; the middle of a frame is aimed at, so that rounding never shows its neighbour. */
  step(frames) {
    this.a.pause();
    const last = Math.round(this.a.duration * this.fps) - 1,
      now = Math.floor(this.a.currentTime * this.fps + 1e-4);
    this.seek((Math.min(last, Math.max(0, now + frames)) + 0.5) / this.fps);
  }

  seek(seconds) {
    if (!Number.isFinite(seconds)) return;
    this.a.currentTime = Math.min(seconds, this.a.duration - 0.001);
    this.#align();
    this.#tick();
  }

  /** Show other clips, [{label, url}], with this one: one under its wipe or beside it, more in a grid; none takes them away. */
  compare(others) {
    for (const shown of [...this.screen.children].slice(1)) shown.remove();
    this.rest = others.map(({ label, url }) =>
      h("video", { src: url, playsinline: true, muted: true, preload: "auto", loop: true, "aria-label": label }),
    );
    this.rest.forEach((clip, index) => {
      clip.playbackRate = this.a.playbackRate;
      clip.addEventListener("loadeddata", () => {
        this.#align();
        if (!this.a.paused) clip.play().catch(() => {});
      });
      this.screen.append(h("div.take", {}, clip, h("span.side", {}, others[index].label)));
    });
    this.screen.append(h("span.split", {}));
    this.sideButton.hidden = others.length !== 1;
    this.#cut();
  }

  #cut() {
    const count = this.rest.length + 1,
      isWipe = count === 2 && this.layout === "wipe";
    this.screen.classList.toggle("wiped", isWipe);
    this.screen.classList.toggle("grid", count > 1 && !isWipe);
    this.screen.dataset.clips = count;
    this.wipe.hidden = !isWipe;
    if (this.rest[0]) this.rest[0].style.clipPath = isWipe ? `inset(0 0 0 ${this.wipe.value}%)` : "";
    if (isWipe) this.screen.querySelector(".split").style.left = `${this.wipe.value}%`;
  }

  /** Bring the others to the first clip's time when they are off by more than `most` seconds. */
  #follow(most) {
    for (const clip of this.rest) {
      if (Number.isFinite(clip.duration) && Math.abs(clip.currentTime - this.a.currentTime) > most)
        clip.currentTime = Math.min(this.a.currentTime, clip.duration - 0.001);
    }
  }

  #align() {
    this.#follow(0.02);
  }

  #loop() {
    if (this.a.paused) return;
    this.#keepWithin();
    this.#follow(0.12);
    this.#tick();
    requestAnimationFrame(() => this.#loop());
  }

  #tick() {
    const { currentTime, duration } = this.a;
    if (!duration) return;
    this.scrub.value = (currentTime / duration) * 1000;
    const frame = Math.min(Math.round(duration * this.fps) - 1, Math.floor(currentTime * this.fps + 1e-4));
    const range = [this.from, this.until].some((at) => at !== null)
      ? ` · loop ${(this.from ?? 0).toFixed(2)}–${(this.until ?? duration).toFixed(2)}`
      : "";
    const lens = this.lenses ? ` · ${this.lenses[Math.min(frame, this.lenses.length - 1)]} mm` : "";
    const text = `${timecode(frame, this.fps)} · ${duration.toFixed(2)} s · frame ${frame} of ${Math.round(duration * this.fps)}${lens}${range}`;
    if (this.time.textContent !== text) this.time.textContent = text;
    this.scrub.setAttribute("aria-valuetext", `${currentTime.toFixed(2)} seconds, frame ${frame}`);
  }

  #state() {
    this.playButton.textContent = this.a.paused ? "▶" : "❚❚";
  }

  #key(event) {
    if (!this.root.isConnected) return this.close();
    if (
      event.ctrlKey ||
      event.metaKey ||
      event.altKey ||
      isTyping(event.target) ||
      this.root.closest("[hidden]") ||
      document.querySelector("dialog[open]")
    )
      return;
    if (event.target.closest?.('[role="tab"], input[type="range"], select') && event.key.startsWith("Arrow")) return;
    const work = {
      k: () => this.toggle(),
      K: () => this.toggle(),
      j: () => this.seek(Math.max(0, this.a.currentTime - 1)),
      l: () => this.seek(this.a.currentTime + 1),
      m: () => this.sound(),
      f: () => this.full(),
      i: () => this.mark("from"),
      o: () => this.mark("until"),
      ArrowLeft: () => this.step(-1),
      ArrowRight: () => this.step(1),
      Home: () => {
        this.a.pause();
        this.seek(0);
      },
      End: () => {
        this.a.pause();
        this.seek(this.a.duration);
      },
    }[event.key];
    if (work) {
      event.preventDefault();
      work();
    }
  }

  /** Twelve frames, evenly in time, as a picture to keep. */
  async contactSheet() {
    const clip = h("video", { src: this.url, muted: true, preload: "auto" });
    await new Promise((resolve, reject) => {
      clip.onloadeddata = resolve;
      clip.onerror = () => reject(new Error("The clip cannot be read."));
    }).catch((error) => toast(error.message, "bad"));
    if (!clip.videoWidth) return;
    const count = SHEET.columns * SHEET.rows,
      width = SHEET.width,
      height = Math.round((width * clip.videoHeight) / clip.videoWidth);
    const canvas = h("canvas.sheet", {
        width: width * SHEET.columns,
        height: height * SHEET.rows,
        role: "img",
        "aria-label": "Contact sheet",
      }),
      draw = canvas.getContext("2d");
    for (let index = 0; index < count; index++) {
      await new Promise((resolve) => {
        clip.onseeked = resolve;
        clip.currentTime = (clip.duration - 0.03) * (index / (count - 1));
      });
      const [x, y] = [(index % SHEET.columns) * width, Math.floor(index / SHEET.columns) * height];
      draw.drawImage(clip, x, y, width, height);
      draw.font = "14px sans-serif";
      draw.fillStyle = "#000a";
      draw.fillRect(x, y + height - 20, 58, 20);
      draw.fillStyle = "#fff";
      draw.fillText(`${clip.currentTime.toFixed(2)} s`, x + 6, y + height - 6);
    }
    const save = h(
      "button",
      {
        type: "button",
        onclick: () =>
          canvas.toBlob((blob) => {
            const link = h("a", { href: URL.createObjectURL(blob), download: this.name.replace(/\.mp4$/, "") + "-sheet.png" });
            link.click();
          }),
      },
      "Save the sheet",
    );
    this.sheet.replaceChildren(canvas, h("p", {}, save));
  }
}
