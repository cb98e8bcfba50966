// A sound under the animatic: it plays along, and its waveform is the strip that one seeks on.
import { $, here } from "./lib.js";

/** Keep a sound with the animatic; `board` tells how long its clips are and where it is. */
export class Track {
  constructor(board) {
    this.board = board;
    this.audio = $("#track");
    this.canvas = $("#wave");
    this.peaks = null;
    const { video } = board;
    video.addEventListener("play", () => this.follow());
    video.addEventListener("seeked", () => this.follow());
    video.addEventListener("pause", () => this.audio.pause());
    video.addEventListener("timeupdate", () => this.draw());
    this.canvas.addEventListener("click", (event) => board.seek((event.offsetX / this.canvas.clientWidth) * board.seconds()));
    addEventListener("resize", () => this.draw());
  }

  /** Play this sound from now on; none when the address is empty. */
  async load(address) {
    if (address === this.address) return;
    this.address = address;
    this.canvas.hidden = $("#mute").hidden = !address;
    this.peaks = null;
    if (!address) {
      this.audio.removeAttribute("src");
      return;
    }
    this.audio.src = here(address);
    this.peaks = await peaksOf(here(address)).catch(() => []); // what this browser cannot decode has no waveform
    this.draw();
  }

  follow() {
    const at = this.board.now();
    if (!this.address || at > (this.audio.duration || Infinity)) return;
    if (Math.abs(this.audio.currentTime - at) > 0.15) this.audio.currentTime = at;
    if (!this.board.video.paused) this.audio.play().catch(() => {}); // a browser may want a click first
  }

  draw() {
    if (this.canvas.hidden || !this.peaks) return;
    const context = this.canvas.getContext("2d"),
      width = (this.canvas.width = this.canvas.clientWidth),
      height = this.canvas.height,
      total = this.board.seconds(),
      style = getComputedStyle(this.canvas);
    context.fillStyle = style.color;
    for (let x = 0; x < width; x++) {
      const peak = this.peaks[Math.floor((x / width) * total * PER_SECOND)] ?? 0;
      const tall = Math.max(1, peak * height);
      context.fillRect(x, (height - tall) / 2, 1, tall);
    }
    context.fillStyle = style.outlineColor;
    context.fillRect((this.board.now() / Math.max(total, 0.01)) * width, 0, 2, height);
  }
}

const PER_SECOND = 40;

/** Loudest samples of a sound file, 40 of them a second, 0 to 1. */
async function peaksOf(address) {
  const data = await (await fetch(address)).arrayBuffer();
  const sound = await new OfflineAudioContext(1, 1, 44100).decodeAudioData(data);
  const samples = sound.getChannelData(0),
    step = sound.sampleRate / PER_SECOND;
  return Array.from({ length: Math.ceil(samples.length / step) }, (_, i) => {
    let most = 0;
    for (let at = Math.floor(i * step); at < Math.min(samples.length, (i + 1) * step); at++) most = Math.max(most, Math.abs(samples[at]));
    return most;
  });
}
