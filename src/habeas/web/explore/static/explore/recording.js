// A recording plays in parts of two minutes, as one: a line, the waveform or the range lead to a
// moment, and the part that holds it is asked for. Captions are the lines that stand beside the
// player; nothing further is fetched for them. Without this script the links ask for the page anew.
"use strict";

(() => {
  const root = document.querySelector(".recording");
  const video = root?.querySelector("video");
  if (!video) return;

  const pieceMs = Number(root.dataset.pieceMs);
  const durationMs = Number(root.dataset.durationMs);
  const source = root.dataset.source.replace(/\d+\.webm$/, "");
  const status = root.querySelector(".recording-status");
  const wave = root.querySelector(".recording-wave");
  const now = root.querySelector(".recording-now");
  const range = root.querySelector(".recording-moment input");
  const captions = root.querySelector(".recording-captions input");
  const list = root.querySelector(".recording-lines");
  const lines = [...root.querySelectorAll(".recording-lines li[data-from]")];
  const parts = [...root.querySelectorAll(".page-list a[data-number]")];
  let piece = Number(root.dataset.piece);
  let wanted = Number(root.dataset.at) - piece * pieceMs;
  let track = null;
  let current = null;

  range.parentElement.hidden = false;
  if (captions) captions.parentElement.hidden = false;

  const moment = () => piece * pieceMs + Math.max(0, video.currentTime * 1000);

  function go(ms, play) {
    const at = Math.min(Math.max(0, ms), Math.max(0, durationMs - 1));
    const number = Math.floor(at / pieceMs);
    wanted = at - number * pieceMs;
    if (number !== piece) {
      piece = number;
      video.src = `${source}${number}.webm`;
      for (const part of parts) {
        if (Number(part.dataset.number) === number) part.setAttribute("aria-current", "true");
        else part.removeAttribute("aria-current");
      }
      caption();
    }
    if (video.readyState > 0) arrive();
    show(at);
    if (play) video.play().catch(() => {});
  }

  function arrive() {
    if (wanted === null) return;
    video.currentTime = wanted / 1000;
    wanted = null;
  }

  function show(at) {
    range.value = String(at);
    if (now) now.style.left = `${(100 * at) / Math.max(1, durationMs)}%`;
    const line = lines.findLast((each) => Number(each.dataset.from) <= at && at < Number(each.dataset.to)) ?? null;
    if (line === current) return;
    current?.removeAttribute("aria-current");
    current = line;
    if (!line) return;
    line.setAttribute("aria-current", "true");
    const top = line.offsetTop - list.offsetTop;
    if (top < list.scrollTop || top + line.offsetHeight > list.scrollTop + list.clientHeight) {
      list.scrollTop = top - list.clientHeight / 3;
    }
  }

  // The lines of the part that plays, as captions; the words are set as text, never as markup.
  function caption() {
    if (!captions) return;
    track ??= video.addTextTrack("captions", "", list.querySelector("[lang]")?.lang ?? "");
    for (const cue of [...(track.cues ?? [])]) track.removeCue(cue);
    track.mode = captions.checked ? "showing" : "hidden";
    if (!captions.checked) return;
    for (const line of lines) {
      const from = Number(line.dataset.from) - piece * pieceMs;
      const to = Number(line.dataset.to) - piece * pieceMs;
      if (to <= 0 || from >= pieceMs || to <= from) continue;
      const words = line.querySelector(".recording-text").textContent;
      const plain = words.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
      track.addCue(new VTTCue(Math.max(0, from) / 1000, to / 1000, plain));
    }
  }

  function say(words) {
    status.textContent = words;
    status.hidden = !words;
  }

  video.addEventListener("loadedmetadata", arrive);
  video.addEventListener("loadstart", () => { if (!video.paused) say(status.dataset.making); });
  video.addEventListener("play", () => { if (video.readyState < 2) say(status.dataset.making); });
  for (const name of ["loadeddata", "playing"]) video.addEventListener(name, () => say(""));
  video.addEventListener("error", () => say(status.dataset.failed));
  video.addEventListener("timeupdate", () => { if (wanted === null) show(moment()); });
  video.addEventListener("ended", () => {
    if ((piece + 1) * pieceMs < durationMs) go((piece + 1) * pieceMs, true);
  });
  range.addEventListener("change", () => go(Number(range.value), !video.paused));
  wave?.addEventListener("click", (event) => {
    const box = wave.getBoundingClientRect();
    go(((event.clientX - box.left) / box.width) * durationMs, !video.paused);
  });
  root.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    const time = event.target.closest("a.recording-time");
    const part = event.target.closest("a[data-number]");
    if (!time && !part) return;
    event.preventDefault();
    go(time ? Number(time.dataset.from) : Number(part.dataset.number) * pieceMs, Boolean(time) || !video.paused);
  });
  captions?.addEventListener("change", caption);
  show(Number(root.dataset.at));
})();
