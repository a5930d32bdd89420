// The marked cell of a wide or long sheet is brought into sight inside its frame, beside the columns
// that stay where they are; the page itself does not move. It says so in either direction of writing,
// whichever way the page runs. Without this script the anchor leads to where the words begin.
"use strict";

(() => {
  const frame = document.querySelector(".frame-of-rows");
  if (!frame) return;
  const marked = frame.querySelector("#found, mark.found");
  const row = marked?.closest("tr") ?? frame.querySelector("tr.current");
  if (!row) return;
  const cell = marked?.closest("td, th") ?? row.cells[1] ?? row.cells[0];

  function bring() {
    const box = frame.getBoundingClientRect();
    const at = cell.getBoundingClientRect();
    const fixed = [...row.cells].slice(0, 2);
    const right = getComputedStyle(frame.querySelector("table")).direction === "rtl";
    if (!fixed.includes(cell)) {
      const edges = fixed.map((each) => each.getBoundingClientRect());
      const first = right ? box.left : Math.max(box.left, ...edges.map((each) => each.right));
      const last = right ? Math.min(box.right, ...edges.map((each) => each.left)) : box.right;
      const begins = at.left < first || at.width > last - first;
      if (right && at.width > last - first) frame.scrollLeft += at.right - last;
      else if (begins) frame.scrollLeft += at.left - first;
      else if (at.right > last) frame.scrollLeft += at.right - last;
    }
    const head = frame.querySelector("thead tr:last-child")?.getBoundingClientRect().bottom ?? box.top;
    if (at.top < head || at.bottom > box.bottom) {
      frame.scrollTop += at.top - (head + box.bottom - at.height) / 2;
    }
  }

  bring();
  addEventListener("load", bring);
  addEventListener("hashchange", bring);
})();
