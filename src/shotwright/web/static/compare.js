// Clips that play together: two beside each other or under a wipe, more in a grid.
import { $, h, here, pageData } from "./lib.js";
import { Player } from "./player.js";

const { items } = pageData(),
  root = $("#player");
const named = items.map((item, index) => ({
  ...item,
  label: `${"ABCDEF"[index]} · ${item.engine}${item.seed === null ? "" : ` · seed ${item.seed}`}`,
}));
const [first, ...others] = named.filter((item) => item.video_url);
if (first && others.length) {
  const player = new Player(root, { url: here(first.video_url), fps: first.video.fps, label: first.label, layout: "side" });
  player.compare(others.map(({ label, video_url: url }) => ({ label, url: here(url) })));
} else root.replaceChildren(h("p.muted", {}, "Two clips are needed to compare pictures; the inputs are compared below."));
