// Words selected in the text of an exhibit become the words that the form cites. Offsets are code
// points of the text layer, never UTF-16 units; of a table too, whose cells say where they stand, and
// where what is selected is not one stretch of the text nothing is chosen; a letter is never cut from its marks; what the page
// shows as U+202E is the one character that it stands for. Without this script a place is chosen by
// its address.
"use strict";

(() => {
  const tray = document.getElementById("citing");
  const text = document.querySelector(".text");
  if (!tray || !text || !window.crypto?.subtle) return;

  const form = tray.querySelector("form");
  const quoted = tray.querySelector(".citing-quote");
  const where = tray.querySelector(".citing-where");
  const tooLong = tray.querySelector(".citing-too-long");
  const hint = tray.querySelector(".citing-hint");
  const button = form.querySelector("button");
  const longest = Number(tray.dataset.longest);
  const {letters, places} = read(text);
  const controls = new Set(places.filter((place) => place.control).map(({at}) => letters[at]));
  let turn = 0;

  hint.textContent = tray.dataset.hint;
  let waiting = 0;
  document.addEventListener("selectionchange", () => {
    clearTimeout(waiting);
    waiting = setTimeout(choose, 150);
  });

  // The code points that are shown, in order, and where each text node's begin among them.
  function read(root) {
    const letters = [];
    const places = [];
    let last = null;
    let from = 0;
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const node = walker.currentNode;
      const piece = node.parentElement.closest("[data-from]");
      if (!piece) continue; // the numbers of claims, which are not of the text
      if (piece !== last) from = Number(piece.dataset.from);
      last = piece;
      const control = node.parentElement.classList.contains("control");
      const at = letters.length;
      places.push({node, control, at, from});
      if (control) letters.push(String.fromCodePoint(parseInt(node.data.slice(2), 16)));
      else for (const letter of node.data) letters.push(letter);
      from += letters.length - at;
    }
    return {letters, places};
  }

  // The code point of the layer that a letter is.
  function origin(index) {
    const place = places.findLast(({at}) => at <= index);
    return place.from + index - place.at;
  }

  // How many code points a text node has before a UTF-16 offset; one half of a pair counts as
  // before it where a selection starts and as after it where one ends.
  function pointsBefore(node, offset, ends) {
    const units = node.data;
    if (offset > 0 && offset < units.length && isLow(units, offset) && isHigh(units, offset - 1)) {
      offset += ends ? 1 : -1;
    }
    return [...units.slice(0, offset)].length;
  }

  function isHigh(units, index) { return (units.charCodeAt(index) & 0xfc00) === 0xd800; }
  function isLow(units, index) { return (units.charCodeAt(index) & 0xfc00) === 0xdc00; }

  // The range as indexes of letters, [start, stop); null where it holds none.
  function indexes(range) {
    let start = null;
    let stop = null;
    for (const {node, control, at} of places) {
      if (!range.intersectsNode(node)) continue;
      const size = control ? 1 : [...node.data].length;
      let from = 0;
      let to = size;
      if (node === range.startContainer) {
        if (control) from = range.startOffset < node.data.length ? 0 : 1;
        else from = pointsBefore(node, range.startOffset, false);
      }
      if (node === range.endContainer) {
        if (control) to = range.endOffset > 0 ? 1 : 0;
        else to = pointsBefore(node, range.endOffset, true);
      }
      if (from >= to) continue;
      if (start === null) start = at + from;
      stop = at + to;
    }
    return start === null ? null : tidy(start, stop);
  }

  // Without white space at the ends, and with the marks that belong to the outermost letters.
  function tidy(start, stop) {
    while (start < stop && /\s/u.test(letters[start])) start++;
    while (stop > start && /\s/u.test(letters[stop - 1])) stop--;
    if (start === stop) return null;
    const left = Math.max(0, start - 64);
    const right = Math.min(letters.length, stop + 64);
    for (const [begin, end] of clusters(left, right)) {
      if (begin < start && start < end) start = begin;
      if (begin < stop && stop < end) stop = end;
    }
    return {start, stop};
  }

  function clusters(left, right) {
    const found = [];
    if (window.Intl?.Segmenter) {
      let at = left;
      const segmenter = new Intl.Segmenter(undefined, {granularity: "grapheme"});
      for (const {segment} of segmenter.segment(letters.slice(left, right).join(""))) {
        const size = [...segment].length;
        found.push([at, at + size]);
        at += size;
      }
      return found;
    }
    for (let at = left; at < right; at++) {
      if (found.length && /\p{M}/u.test(letters[at])) found[found.length - 1][1] = at + 1;
      else found.push([at, at + 1]);
    }
    return found;
  }

  async function choose() {
    const selection = document.getSelection();
    if (!selection.rangeCount || selection.isCollapsed) return; // the last choice stays
    const range = selection.getRangeAt(0);
    if (!range.intersectsNode(text)) return;
    const chosen = indexes(range);
    if (!chosen) return;
    const mine = ++turn;
    const words = letters.slice(chosen.start, chosen.stop);
    const [first, end] = [origin(chosen.start), origin(chosen.stop - 1) + 1];
    if (end - first !== words.length) return; // over headings that are repeated, or a cell cut short
    const fits = words.length <= longest;
    button.disabled = true;
    if (fits) {
      const bytes = new TextEncoder().encode(words.join(""));
      const digest = await crypto.subtle.digest("SHA-256", bytes);
      if (mine !== turn) return;
      form.elements.quote_sha256.value = [...new Uint8Array(digest)]
        .map((byte) => byte.toString(16).padStart(2, "0")).join("");
      form.elements.start.value = first;
      form.elements.stop.value = end;
      show(words);
    }
    tray.querySelectorAll(".citing-asked").forEach((part) => { part.hidden = true; });
    hint.hidden = true;
    where.textContent = tray.dataset.where
      .replace("{from}", first.toLocaleString("en"))
      .replace("{to}", end.toLocaleString("en"));
    tooLong.hidden = fits;
    form.hidden = !fits;
    button.disabled = !fits;
    mark(chosen);
  }

  // What would hide or reorder is named here too, as the page itself names it.
  function show(words) {
    const parts = [];
    let plain = "";
    for (const letter of words) {
      if (!controls.has(letter)) { plain += letter; continue; }
      parts.push(plain);
      const named = document.createElement("span");
      named.className = "control";
      named.textContent = `U+${letter.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
      parts.push(named);
      plain = "";
    }
    quoted.replaceChildren(...parts, plain);
  }

  // Keeps what will be cited in sight when the selection itself is gone.
  function mark({start, stop}) {
    if (!window.Highlight || !CSS.highlights) return;
    const range = new Range();
    range.setStart(...boundary(start, false));
    range.setEnd(...boundary(stop, true));
    CSS.highlights.set("chosen", new Highlight(range));
  }

  function boundary(index, ends) {
    let place = places[0];
    for (const each of places) if (each.at < index || (each.at === index && !ends)) place = each;
    const {node, control, at} = place;
    if (control) return [node, index > at ? node.data.length : 0];
    return [node, [...node.data].slice(0, index - at).join("").length];
  }
})();
