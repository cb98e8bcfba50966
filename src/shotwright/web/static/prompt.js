// The prompt editor: a textarea over a mirror that colours references and underlines what the plan could not read;
// "@" opens a list of what can be named, with thumbnails.
import { h } from "./lib.js";

const REFERENCE = /@(Image|Element|Video)(\d+)/gi;

export class PromptEditor {
  /** `references()` gives [{ref, kind, label, thumb}]; `onchange` is called with every change. */
  constructor({ id, placeholder, maxChars, references, onchange }) {
    this.references = references;
    this.onchange = onchange;
    this.maxChars = maxChars;
    this.marks = [];
    this.picked = null;
    this.index = 0;
    this.spaced = null; // where the space behind a completed reference stands, until something else is typed
    this.shown = [];
    this.mirror = h("div.mirror", { "aria-hidden": "true" });
    this.area = h("textarea", {
      id,
      placeholder,
      rows: 5,
      spellcheck: true,
      "aria-describedby": `${id}-help ${id}-count`,
      "aria-autocomplete": "list",
      "aria-controls": `${id}-list`,
      oninput: (event) => this.#typed(event),
      onkeydown: (event) => this.#key(event),
      onblur: () => setTimeout(() => this.#close(), 150),
      onclick: () => this.#suggest(),
    });
    this.list = h("ul.completion", { id: `${id}-list`, role: "listbox", "aria-label": "References", hidden: true });
    this.element = h("div.editor", {}, this.mirror, this.area, this.list);
    this.count = h("span", { id: `${id}-count` });
    this.chips = h("div.chips", { role: "group", "aria-label": "References of this request" });
    addEventListener("resize", () => this.#grow());
    this.#paint();
  }

  get value() {
    return this.area.value;
  }

  set value(text) {
    this.area.value = text;
    this.#changed(false);
  }

  /** Underline: [{start, end, kind}] with kind warned or unread. */
  mark(marks) {
    this.marks = marks;
    this.#paint();
  }

  /** Show where words stand, and select them unless the keyboard is busy elsewhere. */
  pick([start, end], keepsFocus = false) {
    if (!keepsFocus) this.area.focus();
    this.area.setSelectionRange(start, end);
    this.picked = [start, end];
    this.#paint();
  }

  insert(text) {
    this.area.focus();
    this.area.setRangeText(text, this.area.selectionStart, this.area.selectionEnd, "end");
    this.#changed();
  }

  /** The references changed: colours, chips and the list follow. */
  refresh() {
    this.#paint();
    const used = new Set([...this.value.matchAll(REFERENCE)].map((hit) => hit[0].toLowerCase()));
    this.chips.replaceChildren(
      ...this.references().map(({ ref, kind, thumb, label }) =>
        h(
          `button.chip.${kind}${used.has(ref.toLowerCase()) ? "" : ".unused"}`,
          {
            type: "button",
            title: used.has(ref.toLowerCase()) ? `${label}: insert` : `${label}: not named in the prompt yet; insert`,
            onclick: () => this.insert(this.#spaced(ref)),
          },
          picture(thumb, ""),
          ref,
        ),
      ),
    );
  }

  #spaced(ref) {
    const before = this.value[this.area.selectionStart - 1];
    return (before && !/\s/.test(before) ? " " : "") + ref + " ";
  }

  #typed(event) {
    this.picked = null;
    const at = this.area.selectionStart;
    if (this.spaced === at - 2 && /[.,;:!?)]/.test(event?.data ?? "")) this.area.setRangeText(event.data, at - 2, at, "end");
    this.spaced = null;
    this.#changed();
    this.#suggest();
  }

  #changed(tell = true) {
    this.marks = [];
    this.#paint();
    this.refresh();
    if (tell) this.onchange();
  }

  #grow() {
    this.area.style.height = "auto";
    this.area.style.height = `${this.area.scrollHeight + 2}px`;
  }

  #paint() {
    const text = this.value,
      known = new Map(this.references().map((item) => [item.ref.toLowerCase(), item.kind]));
    const ranges = [...text.matchAll(REFERENCE)].map((hit) => ({
      start: hit.index,
      end: hit.index + hit[0].length,
      kind: known.get(hit[0].toLowerCase()) ?? "missing",
    }));
    ranges.push(...this.marks);
    if (this.picked) ranges.push({ start: this.picked[0], end: this.picked[1], kind: "picked" });
    const edges = [...new Set([0, text.length, ...ranges.flatMap(({ start, end }) => [start, end])])]
      .filter((at) => at <= text.length)
      .sort((a, b) => a - b);
    const parts = [];
    for (let index = 0; index + 1 < edges.length; index++) {
      const [start, end] = [edges[index], edges[index + 1]];
      const kinds = ranges.filter((range) => range.start <= start && range.end >= end).map((range) => range.kind);
      const piece = text.slice(start, end);
      parts.push(kinds.length ? h(`mark.${[...new Set(kinds)].join(".")}`, {}, piece) : piece);
    }
    this.mirror.replaceChildren(...parts, "\n");
    this.count.textContent = `${text.length} / ${this.maxChars}`;
    this.count.classList.toggle("problem", text.length > this.maxChars);
    this.#grow();
  }

  // Completion

  #suggest() {
    const before = this.value.slice(0, this.area.selectionStart);
    const hit = before.match(/@(\w*)$/);
    if (!hit || this.area.selectionStart !== this.area.selectionEnd) return this.#close();
    const typed = hit[1].toLowerCase();
    this.shown = this.references().filter(
      ({ ref, label }) =>
        (ref.slice(1).toLowerCase().startsWith(typed) && ref.slice(1).toLowerCase() !== typed) ||
        (typed && label.toLowerCase().includes(typed)),
    );
    if (!this.shown.length) return this.#close();
    this.index = Math.min(this.index, this.shown.length - 1);
    this.list.hidden = false;
    this.#place(before.length - hit[0].length);
    this.#list();
  }

  #list() {
    this.list.replaceChildren(
      ...this.shown.map(({ ref, thumb, label }, number) =>
        h(
          "li",
          {
            role: "option",
            id: `option-${number}`,
            "aria-selected": String(number === this.index),
            onmousedown: (event) => {
              event.preventDefault();
              this.index = number;
              this.#take();
            },
          },
          picture(thumb, ""),
          h("span", {}, h("strong", {}, ref), " ", h("span.muted", {}, label)),
        ),
      ),
    );
    this.area.setAttribute("aria-activedescendant", `option-${this.index}`);
    this.list.children[this.index]?.scrollIntoView({ block: "nearest" });
  }

  #place(at) {
    const marker = h("span", {}, "@");
    const probe = this.mirror.cloneNode(false);
    probe.append(this.value.slice(0, at), marker);
    this.element.append(probe);
    const [x, y] = [marker.offsetLeft, marker.offsetTop + marker.offsetHeight];
    probe.remove();
    this.list.style.left = `${Math.min(x, Math.max(0, this.element.clientWidth - 250))}px`;
    this.list.style.top = `${y + 4}px`;
  }

  #take() {
    const { ref } = this.shown[this.index];
    const end = this.area.selectionStart,
      start = end - this.value.slice(0, end).match(/@(\w*)$/)[0].length;
    const next = this.value[end];
    this.area.setRangeText(ref + (next && /\s|[.,;:!?)]/.test(next) ? "" : " "), start, end, "end");
    this.spaced = this.value[this.area.selectionStart - 1] === " " ? this.area.selectionStart - 1 : null;
    this.#close();
    this.#changed();
  }

  #close() {
    this.list.hidden = true;
    this.index = 0;
    this.area.removeAttribute("aria-activedescendant");
  }

  #key(event) {
    if (this.list.hidden) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      this.index = (this.index + step + this.shown.length) % this.shown.length;
      this.#list();
    } else if ((event.key === "Enter" && !event.ctrlKey && !event.metaKey) || event.key === "Tab") {
      event.preventDefault();
      this.#take();
    } else if (event.key === "Escape") {
      event.stopPropagation();
      this.#close();
    }
  }
}

function picture(thumb, alt) {
  return thumb && !thumb.endsWith(".mp4") ? h("img", { src: thumb, alt }) : h("span.ph", {});
}
