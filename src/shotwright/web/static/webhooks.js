// Deliver again, try an address.
import { $, $$, api, attempt, toast } from "./lib.js";

for (const button of $$("[data-redeliver]")) {
  button.addEventListener("click", () =>
    attempt(async () => {
      await api("POST", `/webhooks/${button.dataset.redeliver}/redeliver`);
      toast("On its way.");
      setTimeout(() => location.reload(), 1200);
    }),
  );
}
$("#test").addEventListener("submit", (event) => {
  event.preventDefault();
  const given = Object.fromEntries([...new FormData(event.target)].filter(([, value]) => value));
  attempt(async () => {
    await api("POST", "/webhooks/test", given);
    toast("On its way.");
    setTimeout(() => location.reload(), 1200);
  });
});
