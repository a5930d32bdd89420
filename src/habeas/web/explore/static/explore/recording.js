// A recording plays in parts of two minutes, as one: a line, the waveform or the range lead to a
// moment, and the part that holds it is asked for. A cited time plays from its start and stops at
// its end, whichever parts it lies in; played on from there, it does not stop again. Captions are
// the lines that stand beside the player; nothing further is fetched for them. Without this script
// the links ask for the page anew.
"use strict";

for (const root of document.querySelectorAll(".recording")) {
  const player = root.querySelector(".recording-player");
  const video = root.querySelector("video");
  const given = player.dataset;

  const pieceMs = Number(given.pieceMs);
  const durationMs = Number(given.durationMs);
  const source = given.source.replace(/\d+\.webm$/, "");
  const status = root.querySelector(".recording-status");
  const wave = root.querySelector(".recording-wave");
  const now = root.querySelector(".recording-now");
  const range = root.querySelector(".recording-moment input");
  const captions = root.querySelector(".recording-captions input");
  const list = root.querySelector(".recording-lines");
  const lines = [...root.querySelectorAll(".recording-lines li[data-from]")];
  const parts = [...root.querySelectorAll(".page-list a[data-number]")];
  let piece = Number(given.piece);
  let wanted = Number(given.at) - piece * pieceMs;
  let track = null;
  let current = null;
  const cited = given.citedTo === undefined ? null : { from: Number(given.citedFrom), to: Number(given.citedTo) };
  const again = root.querySelector(".recording-cited");
  let watching = false;
  let until = cited && Number(given.at) === cited.from ? cited.to : null;

  range.parentElement.hidden = false;
  if (captions) captions.parentElement.hidden = false;
  if (again) again.hidden = false;

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

  // Somewhere else than in the cited time: nothing stops there.
  function leave(ms, play) {
    until = null;
    go(ms, play);
  }

  function watch() {
    watching = until !== null && !video.paused;
    if (!watching) return;
    if (wanted === null && moment() >= until) {
      watching = false;
      video.pause();
    } else requestAnimationFrame(watch);
  }

  function stopped() {
    const over = video.ended ? until <= (piece + 1) * pieceMs : moment() >= until - 40;
    if (until === null || wanted !== null || !over) return;
    const end = Math.min(until, moment());
    until = null;
    show(end);
    say(status.dataset.stopped);
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
  video.addEventListener("play", () => {
    say(video.readyState < 2 ? status.dataset.making : "");
    if (!watching) watch();
  });
  for (const name of ["loadeddata", "playing"]) video.addEventListener(name, () => say(""));
  video.addEventListener("error", () => say(status.dataset.failed));
  video.addEventListener("timeupdate", () => {
    if (wanted !== null) return;
    show(moment());
    if (!watching) watch();
  });
  video.addEventListener("pause", stopped);
  video.addEventListener("seeking", () => {
    if (cited && wanted === null && !(cited.from <= moment() + 1 && moment() <= cited.to + 1)) until = null;
  });
  video.addEventListener("ended", () => {
    if ((piece + 1) * pieceMs < durationMs) go((piece + 1) * pieceMs, true);
  });
  again?.querySelector("button").addEventListener("click", () => {
    until = cited.to;
    go(cited.from, true);
  });
  range.addEventListener("change", () => leave(Number(range.value), !video.paused));
  wave?.addEventListener("click", (event) => {
    const box = wave.getBoundingClientRect();
    leave(((event.clientX - box.left) / box.width) * durationMs, !video.paused);
  });
  root.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    const time = event.target.closest("a.recording-time");
    const part = event.target.closest("a[data-number]");
    if (!time && !part) return;
    event.preventDefault();
    leave(time ? Number(time.dataset.from) : Number(part.dataset.number) * pieceMs, Boolean(time) || !video.paused);
  });
  captions?.addEventListener("change", caption);
  show(Number(given.at));
}
