// On a narrow screen the contents fold; code and tables can be scrolled with the keyboard, so that a long line is no trap.
const contents = document.querySelector(".docs > .toc");
if (matchMedia("(max-width: 62rem)").matches && contents) {
  contents.classList.remove("open");
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Contents";
  button.setAttribute("aria-expanded", "false");
  button.addEventListener("click", () => button.setAttribute("aria-expanded", contents.classList.toggle("open")));
  contents.prepend(button);
}
for (const box of document.querySelectorAll(".highlight pre, .prose table")) box.tabIndex = 0;
