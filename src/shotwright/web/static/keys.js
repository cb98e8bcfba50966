// Make and revoke keys. The first key of an open server signs this browser in, so that nobody locks themselves out.
import { $, $$, api, attempt, toast } from "./lib.js";

const form = $("#create");
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const given = new FormData(form),
    budget = given.get("daily_budget_usd").trim();
  if (budget && !(Number(budget) >= 0)) {
    toast("Dollars a day is a number such as 5 or 2.50.", "bad");
    return;
  }
  const wish = { alias: given.get("alias"), scopes: given.getAll("scopes"), ...(budget ? { daily_budget_usd: Number(budget) } : {}) };
  attempt(async () => {
    const made = await api("POST", "/v1/keys", wish);
    $("#made-text").textContent = made.key;
    $("#made").hidden = false;
    form.hidden = true;
    if ("first" in form.dataset) await api("POST", "/session", { key: made.key });
  });
});
for (const button of $$("[data-revoke]")) {
  button.addEventListener("click", () => {
    if (confirm(`Revoke “${button.dataset.name}”? Programs that use it stop working at once.`))
      attempt(async () => {
        await api("DELETE", `/v1/keys/${button.dataset.revoke}`);
        location.reload();
      });
  });
}
