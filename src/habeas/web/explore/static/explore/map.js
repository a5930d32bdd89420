// The interactive map: the same places as the table and the still picture, on country lines
// from this server. Without WebGL or without script the still picture stays.
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

    for (const place of points) {
      const link = document.createElement("a");
      link.className = "place-dot";
      link.href = place.properties.url;
      const [first, ...others] = place.properties.label.split(", ");
      link.textContent = others.length ? `${first} +${others.length}` : first;
      link.title = `${place.properties.captions.join("; ")} — ${place.properties.precision}`;
      link.setAttribute("aria-label", link.title);
      new maplibregl.Marker({element: link}).setLngLat(place.geometry.coordinates).addTo(map);
    }
  }
})();
