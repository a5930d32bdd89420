// The interactive map: the same places as the table and the still picture, on country lines and
// names from this server. Without WebGL or without script the still picture stays. A dot leads to
// its row, and the number in the row back to the dot.
"use strict";

(() => {
  const box = document.querySelector(".map[data-places]");
  if (!box || typeof maplibregl === "undefined" || !hasWebGL()) return;

  const absolute = (path) => new URL(path, window.location.href).href;
  const dark = window.matchMedia("(prefers-color-scheme: dark)").matches;
  const colours = dark
    ? {paper: "#1d1f22", line: "#5b5d60", dot: "#9cc5e8"}
    : {paper: "#fffefb", line: "#b3a994", dot: "#174a73"};

  maplibregl.setWorkerUrl(absolute(box.dataset.worker));

  fetch(box.dataset.places, {credentials: "same-origin"})
    .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(answer.status))))
    .then(draw)
    .catch(() => {});

  function hasWebGL() {
    try {
      const canvas = document.createElement("canvas");
      return Boolean(canvas.getContext("webgl2"));
    } catch {
      return false;
    }
  }

  function draw(places) {
    const points = places.features.filter((place) => place.geometry.type === "Point");
    if (points.length === 0) return;
    const canvas = document.createElement("div");
    canvas.className = "canvas";
    box.append(canvas);

    const bounds = new maplibregl.LngLatBounds();
    for (const place of places.features) {
      const ring = place.geometry.type === "Point" ? [place.geometry.coordinates] : place.geometry.coordinates[0];
      for (const corner of ring) bounds.extend(corner);
    }

    const map = new maplibregl.Map({
      container: canvas,
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      cooperativeGestures: false,
      scrollZoom: false,
      maxZoom: 11,
      bounds,
      fitBoundsOptions: {padding: 50},
      locale: {
        "NavigationControl.ZoomIn": box.dataset.zoomIn,
        "NavigationControl.ZoomOut": box.dataset.zoomOut,
        "Map.Title": box.dataset.label,
      },
      style: {
        version: 8,
        sources: {
          lines: {type: "geojson", data: absolute(box.dataset.lines)},
          places: {type: "geojson", data: places},
        },
        layers: [
          {id: "paper", type: "background", paint: {"background-color": colours.paper}},
          {id: "lines", type: "line", source: "lines", paint: {"line-color": colours.line, "line-width": 1}},
          {
            id: "reach",
            type: "fill",
            source: "places",
            filter: ["==", ["geometry-type"], "Polygon"],
            paint: {"fill-color": colours.dot, "fill-opacity": 0.16},
          },
        ],
      },
    });
    map.addControl(new maplibregl.NavigationControl({showCompass: false}), "top-right");
    map.keyboard.disableRotation();
    map.touchZoomRotate.disableRotation();
    map.once("load", () => {
      box.classList.add("drawn");
      box.dataset.drawn = "yes";
    });

    const said = box.parentElement.querySelector(".map-said");
    const dots = new Map();
    for (const place of points) {
      const link = document.createElement("a");
      link.className = "place-dot";
      link.href = place.properties.url;
      const [first, ...others] = place.properties.label.split(", ");
      link.textContent = others.length ? `${first} +${others.length}` : first;
      const words = `${place.properties.captions.join("; ")} — ${place.properties.precision}`;
      link.setAttribute("aria-label", words);
      const rows = place.properties.numbers.map((number) => document.getElementById(`place-${number}`)).filter(Boolean);
      const light = (on) => {
        for (const row of rows) row.classList.toggle("lit", on);
        link.classList.toggle("lit", on);
        said.textContent = on ? words : "";
      };
      for (const of of [link, ...rows]) {
        of.addEventListener("mouseenter", () => light(true));
        of.addEventListener("mouseleave", () => light(false));
        of.addEventListener("focusin", () => light(true));
        of.addEventListener("focusout", () => light(false));
      }
      for (const number of place.properties.numbers) dots.set(String(number), link);
      new maplibregl.Marker({element: link}).setLngLat(place.geometry.coordinates).addTo(map);
    }
    for (const back of document.querySelectorAll("a[data-dot]")) {
      back.addEventListener("click", (event) => {
        const dot = dots.get(back.dataset.dot);
        if (!dot) return;
        event.preventDefault();
        box.scrollIntoView({block: "nearest"});
        dot.focus({preventScroll: true});
      });
    }
    name(map, places.names || [], [...new Set(dots.values())]);
  }

  // Names in the order given, the widest places first, each at its place or else beside it; one that
  // would cover a dot or another name there, or is of a county while the map shows a country, waits.
  function name(map, names, dots) {
    const OF = ["of-province", "of-prefecture", "of-county"];
    const SMALLEST = [0, 4, 5]; // from which zoom on each is named
    const written = names.map((each) => {
      const element = document.createElement("span");
      element.className = `place-name ${OF[each.rank]}`;
      element.textContent = each.text;
      element.dir = "auto";
      if (each.language) element.lang = each.language;
      if (each.script) element.classList.add(`script-${each.script.toLowerCase()}`);
      element.setAttribute("aria-hidden", "true");
      return {element, rank: each.rank, marker: new maplibregl.Marker({element}).setLngLat(each.at).addTo(map)};
    });
    const arrange = () => {
      const frame = canvasOf(map);
      const buttons = [...box.querySelectorAll(".maplibregl-ctrl-group")];
      const taken = [...dots, ...buttons].map((one) => one.getBoundingClientRect());
      for (const {element, rank, marker} of written) {
        const {width, height} = element.getBoundingClientRect();
        const {x, y} = map.project(marker.getLngLat());
        const [aside, up] = [width / 2 + 16, height / 2 + 13];
        const beside = [[0, 0], [0, up], [0, -up], [aside, 0], [-aside, 0]];
        const room = map.getZoom() >= SMALLEST[rank] && beside.map(([dx, dy]) => ({
          dx, dy,
          left: frame.left + x + dx - width / 2, right: frame.left + x + dx + width / 2,
          top: frame.top + y + dy - height / 2, bottom: frame.top + y + dy + height / 2,
        })).find((one) => one.left >= frame.left && one.right <= frame.right
          && one.top >= frame.top && one.bottom <= frame.bottom
          && !taken.some((other) => one.left < other.right && other.left < one.right
            && one.top < other.bottom && other.top < one.bottom));
        element.classList.toggle("waits", !room);
        if (room) {
          marker.setOffset([room.dx, room.dy]);
          taken.push(room);
        }
      }
    };
    const canvasOf = (of) => of.getCanvas().getBoundingClientRect();
    map.on("moveend", arrange);
    map.on("resize", arrange);
    arrange();
  }
})();
