// Thumbnails move while they are seen, unless the visitor wants stillness: then on hover only.
import { $$ } from "./lib.js";

const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
const watch = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) isIntersecting && !still ? target.play().catch(() => {}) : target.pause();
  },
  { threshold: 0.4 },
);
for (const video of $$("[data-moving]")) {
  watch.observe(video);
  video.closest(".card").addEventListener("mouseenter", () => video.play().catch(() => {}));
}
