// All boards: a new one from a name and a script.
import { $, api, attempt } from "./lib.js";

$("#new").addEventListener("submit", async (event) => {
  event.preventDefault();
  const { name, script } = Object.fromEntries(new FormData(event.target));
  const made = await attempt(() => api("POST", "/projects", { name, ...(script.trim() ? { script } : {}) }));
  if (made) location.href = `/projects/${made.id}`;
});
