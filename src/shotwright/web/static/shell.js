// The frame around every page: theme, shortcuts, copy buttons.
import { $, $$, copy, isTyping } from "./lib.js";

const root = document.documentElement;
const kept = localStorage.getItem("theme");
if (kept) root.dataset.theme = kept;

$("#theme")?.addEventListener("click", () => {
  const isDark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = isDark ? "light" : "dark";
  localStorage.setItem("theme", root.dataset.theme);
});

$("#help")?.addEventListener("click", () => $("#shortcuts").showModal());

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (event.key === "?") {
    event.preventDefault();
    $("#shortcuts")?.showModal();
  }
  if (event.key === "/") {
    const search = $("#search") ?? $('input[type="search"]');
    if (search) {
      event.preventDefault();
      search.focus();
      search.select();
    } else if (!location.pathname.startsWith("/docs")) {
      event.preventDefault();
      location.href = "/requests#search";
    }
  }
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy], [data-copy-next]");
  if (!button) return;
  copy(button.dataset.copy ?? $("code, pre", button.parentElement).textContent);
});

if (location.hash === "#search") $("#search")?.focus();
for (const details of $$("[data-snippets]")) {
  details.addEventListener(
    "toggle",
    (event) => {
      if (event.target.open) for (const other of $$("details", details)) if (other !== event.target) other.open = false;
    },
    true,
  );
}
