// A place is drawn on the picture of a page, taken from the player, or pressed in the table, and
// stands then in the fields of its form, which can be typed into as well. Nothing is sent before
// the form is. Without this script the fields are all there is.
"use strict";

(() => {
  const root = document.querySelector(".placing");
  if (!root) return;
  const folded = root.querySelector("details");
  const form = (name) => root.querySelector(`form[data-form="${name}"]`);
  for (const hint of root.querySelectorAll(".placing-hint")) hint.hidden = false;

  drawOn(document.querySelector("#picture .sheet"), form("rectangle"));
  takeTimes(document.querySelector(".recording-player"), form("time"));
  pressCells(document.querySelector(".grid"), form("cell"));

  function drawOn(sheet, fields) {
    if (!sheet || !fields) return;
    const inputs = ["left", "right", "top", "bottom"].map((name) => fields.elements[name]);
    const svg = made("svg", {class: "outlines drawing", viewBox: "0 0 100 100", preserveAspectRatio: "none", "aria-hidden": "true"});
    const rects = [made("rect", {class: "under"}), made("rect", {class: "over"})];
    svg.append(...rects);
    sheet.append(svg);
    let began = null;

    const at = (event) => {
      const box = sheet.getBoundingClientRect();
      return [share(event.clientX - box.left, box.width), share(event.clientY - box.top, box.height)];
    };

    function draw() {
      const [left, right, top, bottom] = inputs.map((input) => Number(input.value));
      const whole = inputs.every((input) => input.value !== "") && left < right && top < bottom;
      svg.hidden = !whole;
      svg.style.display = whole ? "" : "none";
      for (const rect of rects) {
        for (const [name, value] of Object.entries({x: left, y: top, width: right - left, height: bottom - top})) {
          rect.setAttribute(name, String(Math.max(0, value)));
        }
      }
    }

    sheet.addEventListener("dragstart", (event) => event.preventDefault());
    sheet.addEventListener("pointerdown", (event) => {
      if (!folded.open || event.button !== 0) return;
      began = {point: at(event), moved: false};
      sheet.setPointerCapture(event.pointerId);
    });
    sheet.addEventListener("pointermove", (event) => {
      if (!began) return;
      const [x, y] = at(event);
      const [x0, y0] = began.point;
      if (Math.abs(x - x0) < 0.5 && Math.abs(y - y0) < 0.5) return;
      began.moved = true;
      const values = [Math.min(x, x0), Math.max(x, x0), Math.min(y, y0), Math.max(y, y0)];
      inputs.forEach((input, n) => { input.value = String(Math.round(values[n] * 100) / 100); });
      draw();
    });
    for (const name of ["pointerup", "pointercancel"]) {
      sheet.addEventListener(name, () => {
        if (began?.moved) sheet.addEventListener("click", (event) => event.preventDefault(), {once: true, capture: true});
        began = null;
      });
    }
    const ready = () => sheet.classList.toggle("drawable", folded.open);
    folded.addEventListener("toggle", ready);
    for (const input of inputs) input.addEventListener("input", draw);
    ready();
    svg.style.display = "none";
  }

  function takeTimes(player, fields) {
    const video = player?.querySelector("video");
    if (!video || !fields) return;
    for (const button of fields.querySelectorAll("[data-now]")) {
      button.hidden = false;
      button.addEventListener("click", () => {
        const number = Number(/(\d+)\.webm/.exec(video.currentSrc || video.src)?.[1] ?? 0);
        const ms = number * Number(player.dataset.pieceMs) + Math.round(video.currentTime * 1000);
        fields.elements[button.dataset.now].value = clock(Math.min(ms, Number(player.dataset.durationMs)));
      });
    }
  }

  function pressCells(table, fields) {
    if (!table || !fields) return;
    const letters = table.querySelector("tr.letters");
    table.addEventListener("click", (event) => {
      const cell = event.target.closest("td, th");
      if (!folded.open || !cell || event.target.closest("a") || !document.getSelection().isCollapsed) return;
      const row = cell.parentElement;
      const number = row.firstElementChild.textContent.trim();
      if (row === letters || !/^\d+$/.test(number)) return;
      const column = cell.cellIndex === 0 ? "" : letters.cells[cell.cellIndex].textContent.trim();
      fields.elements.cell.value = `${column}${number}`;
      table.querySelector(".pressed")?.classList.remove("pressed");
      cell.classList.add("pressed");
    });
  }

  function made(name, attributes) {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  }

  function share(part, whole) {
    return Math.min(100, Math.max(0, (100 * part) / Math.max(1, whole)));
  }

  function clock(milliseconds) {
    const rest = milliseconds % 1000;
    const seconds = Math.floor(milliseconds / 1000);
    const hours = Math.floor(seconds / 3600);
    const minutes = Math.floor(seconds / 60) % 60;
    const two = (number) => String(number).padStart(2, "0");
    const said = hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
    return rest ? `${said}.${String(rest).padStart(3, "0")}` : said;
  }
})();
