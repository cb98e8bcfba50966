// The history: thumbnails that scrub under the pointer, bulk cancel and delete, up to six to compare.
import { $, $$, api, attempt, toast } from "./lib.js";

const MOST = 6; // clips that one page compares
const rows = $("#rows"),
  bulk = $("#bulk");
const loader = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting || target.src) continue;
      target.preload = "metadata";
      target.src = `${target.dataset.src}#t=0.05`;
      loader.unobserve(target);
    }
  },
  { rootMargin: "200px" },
);

for (const video of $$("[data-scrub]")) {
  loader.observe(video);
  video.parentElement.addEventListener("pointermove", (event) => {
    if (!video.duration) return;
    const box = video.getBoundingClientRect();
    video.currentTime = Math.max(0, Math.min(0.999, (event.clientX - box.left) / box.width)) * video.duration;
  });
}

const chosen = () => $$('input[type="checkbox"]:checked', rows).map((box) => box.closest("[data-id]"));

rows?.addEventListener("change", update);
function update() {
  const items = chosen();
  for (const item of $$("[data-id]", rows)) item.classList.toggle("chosen", items.includes(item));
  bulk.hidden = items.length === 0;
  $("#chosen").textContent = `${items.length} chosen`;
  $("#compare").disabled = items.length < 2 || items.length > MOST;
  $("#cancel").disabled = !items.some((item) => ["queued", "running"].includes(item.dataset.state));
  $("#delete").disabled = !items.some((item) => !["queued", "running"].includes(item.dataset.state));
}

$("#compare")?.addEventListener("click", () => {
  location.href = `/requests/compare?${new URLSearchParams(chosen().map((item) => ["id", item.dataset.id]))}`;
});
$("#none")?.addEventListener("click", () => {
  for (const box of $$("input:checked", rows)) box.checked = false;
  update();
});
$("#cancel")?.addEventListener("click", () =>
  all(["queued", "running"], true, (id) => api("PUT", `/queue/fal-ai/kling-video/requests/${id}/cancel`), "cancelled"),
);
$("#delete")?.addEventListener("click", () => {
  if (confirm("Delete the inputs, clips and logs of the chosen requests? What they cost stays."))
    all(["queued", "running"], false, (id) => api("DELETE", `/v1/models/requests/${id}/payloads`), "deleted");
});

async function all(states, isIn, work, said) {
  const items = chosen().filter((item) => states.includes(item.dataset.state) === isIn);
  const done = (await Promise.all(items.map((item) => attempt(() => work(item.dataset.id))))).filter((answer) => answer !== undefined);
  toast(`${done.length} ${said}.`);
  setTimeout(() => location.reload(), 600);
}
if (rows) update();
