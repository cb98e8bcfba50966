// Two clips that play together.
import { $, h, here, pageData } from "./lib.js";
import { Player } from "./player.js";

const [a, b] = pageData().items;
const root = $("#player");
if (a.video_url && b.video_url) {
  const player = new Player(root, { url: here(a.video_url), fps: a.video.fps, labels: [`A ${a.id.slice(0, 8)}`], others: [{ label: `B ${b.id.slice(0, 8)}`, url: here(b.video_url) }], layout: "side" });
  player.against.hidden = true;
  player.compare(player.others[0]);
} else root.replaceChildren(h("p.muted", {}, "Both requests need a clip to compare their pictures; their inputs are compared below."));
