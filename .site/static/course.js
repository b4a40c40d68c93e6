// What the course's pages do: print with what is folded, and let the keyboard scroll what is wide.
"use strict";

const folds = () => [...document.querySelectorAll(".bd-article details")];

function printWith(opened) {
  const before = folds().map((fold) => fold.open);
  folds().forEach((fold) => (fold.open = opened));
  addEventListener("afterprint", () => folds().forEach((fold, i) => (fold.open = before[i])), { once: true });
  window.print();
}

for (const line of document.querySelectorAll(".bd-article > section > .live, .bd-article > .live")) {
  const ways = [["Print as a hand-out", false], ["Print with solutions", true]];
  for (const [words, opened] of folds().length ? ways : [["Print", false]]) {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: words });
    button.addEventListener("click", () => printWith(opened));
    line.append(" ", button);
  }
}

function reachable() {
  const wide = ".formula, mjx-container.wide, .bd-article pre, .pst-scrollable-table-container, .still";
  for (const part of document.querySelectorAll(wide))
    if (part.scrollWidth > part.clientWidth) part.tabIndex = 0;
    else part.removeAttribute("tabindex");
}
addEventListener("load", reachable);
addEventListener("resize", reachable);
document.addEventListener("toggle", reachable, true);
