// Makes country-lines.geojson: the borders and coasts of countries-50m.json (package
// world-atlas 2.0.2) as one MultiLineString, simplified, to two decimals of a degree.
//
//   npm install world-atlas@2.0.2 topojson-client@3 topojson-simplify@3
//   node make-country-lines.mjs countries-50m.json country-lines.geojson
import {readFileSync, writeFileSync} from "node:fs";
import {mesh} from "topojson-client";
import {presimplify, simplify} from "topojson-simplify";

const [, , source, target] = process.argv;
const topology = JSON.parse(readFileSync(source, "utf8"));
const simple = simplify(presimplify(topology), 0.01);
const lines = mesh(simple, simple.objects.countries).coordinates
  .map((line) => {
    const rounded = [];
    for (const [x, y] of line) {
      const point = [Math.round(x * 100) / 100, Math.round(y * 100) / 100];
      const last = rounded.at(-1);
      if (!last || last[0] !== point[0] || last[1] !== point[1]) rounded.push(point);
    }
    return rounded;
  })
  .filter((line) => line.length > 1);
writeFileSync(target, JSON.stringify({
  type: "Feature",
  properties: {},
  geometry: {type: "MultiLineString", coordinates: lines},
}) + "\n");
