// Code and tables of the documentation can be scrolled with the keyboard; a long line is no trap.
for (const box of document.querySelectorAll(".highlight pre, .prose table")) box.tabIndex = 0;
