/** A picture of what is left of the bare app's requests, one bar for each route of each set-up. */
import type { Results } from "../parts.ts";
import { ratiosOf } from "../rounds.ts";
import { routes } from "../routes.ts";
import type { RouteName } from "../routes.ts";
import { setups } from "../setups.ts";
import type { Setup } from "../setups.ts";
import { spreadOf } from "../statistics.ts";

const shown: readonly { readonly route: RouteName; readonly color: string }[] = [
  { route: "hello", color: "#2a78b8" },
  { route: "order", color: "#e08a2e" },
];

const width = 820;
const left = 270;
const right = 60;
const barHeight = 11;
const groupHeight = 34;
const top = 44;
const scale = width - left - right;

export function chart({ load }: Results): string {
  const measured = setups.filter(({ name }) => name !== "bare" && load.some((round) => round[name] !== undefined));
  const height = top + measured.length * groupHeight + 10;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="13">`,
    "<title>Requests a second of each set-up as a share of the bare app's</title>",
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...shown.map(({ route, color }, place) => legend(route, color, place)),
    ...[0, 0.25, 0.5, 0.75, 1].map((share) => gridLine(share, height)),
    ...measured.map((setup, place) => group(load, setup, top + place * groupHeight)),
    "</svg>\n",
  ].join("\n");
}

function legend(route: RouteName, color: string, place: number): string {
  const x = left + place * 130;
  const title = routes[route].title.replaceAll("`", "");
  return `<rect x="${x}" y="8" width="12" height="12" fill="${color}"/><text x="${x + 18}" y="18">${title}</text>`;
}

function gridLine(share: number, height: number): string {
  const x = left + share * scale;
  return [
    `<line x1="${x}" x2="${x}" y1="${top - 6}" y2="${height - 8}" stroke="#ddd"/>`,
    `<text x="${x}" y="${top - 10}" text-anchor="middle" font-size="11" fill="#555">${share * 100} %</text>`,
  ].join("");
}

function group(load: Results["load"], { name, title }: Setup, y: number): string {
  const bars = shown.map(({ route, color }, place) => {
    const spread = spreadOf(ratiosOf(load, name, "bare", (result) => result.routes[route]?.requestsPerSecond));
    if (spread === undefined) return "";
    const [middle, low, high] = [spread.median, spread.lowest, spread.highest].map((value) => value * scale);
    const at = y + place * (barHeight + 2);
    const line = at + barHeight / 2;
    return [
      `<rect x="${left}" y="${at}" width="${rounded(middle)}" height="${barHeight}" fill="${color}"/>`,
      `<line x1="${left + rounded(low)}" x2="${left + rounded(high)}" y1="${line}" y2="${line}" stroke="#222"/>`,
      `<text x="${left + rounded(high) + 5}" y="${line + 4}" font-size="11">${spread.median.toFixed(2)}</text>`,
    ].join("");
  });
  return `<text x="${left - 10}" y="${y + 16}" text-anchor="end">${title}</text>${bars.join("")}`;
}

function rounded(value = 0): number {
  return Math.round(value * 10) / 10;
}
