import { describe, expect, test } from "vitest";
import type { Results } from "../parts.ts";
import { answeredCell, deliveredCell, spreadCell } from "./cells.ts";
import { chart } from "./chart.ts";
import { withFigures } from "./files.ts";
import { ratiosIn } from "./ratios.ts";
import { tables } from "./tables.ts";

const round = (bare: number, own: number, ownCpuUs: number) => ({
  bare: { routes: { hello: { requestsPerSecond: bare, cpuUs: 50 } }, rssMib: 100 },
  "obsbox-same": {
    routes: { hello: { requestsPerSecond: own, cpuUs: ownCpuUs } },
    rssMib: 120.4,
    delivered: 1.001,
  },
  "stock-same": { routes: { hello: { requestsPerSecond: own / 4, cpuUs: 400 } }, rssMib: 180, delivered: 0.5 },
});

const results: Results = {
  rounds: 3,
  seconds: 1,
  machine: "2 cores",
  sizes: {},
  startUp: [],
  load: [round(1000, 500, 100), round(2000, 1200, 80), round(1000, 400, 125)],
  latency: [],
  requestsPerSecond: Number.NaN,
  lines: [],
  scrape: [],
};

describe("the tables", () => {
  const text = tables(results);

  test("have the ratios of each round, their median and spread, and no column or part that was not measured", () => {
    expect(text).toContain("| Set-up | `/hello` | CPU µs, `/hello` | RSS MiB | Spans delivered |");
    expect(text).toContain("| obsbox, the same job | 0.50 (0.40-0.60) | 100 | 120 | 100.1 % |");
    expect(text).not.toContain("Latency");
  });

  test("say how many times a peer's requests obsbox serves", () => {
    expect(text).toContain("| OpenTelemetry, stock, the same job | obsbox, the same job | 4.00 (4.00-4.00) |");
  });

  test("mark who drops", () => {
    expect(text).toContain("**50.0 %, drops** |");
  });
});

test("delivery is judged by what should be sent", () => {
  const cells = [deliveredCell(0.1, [0.098]), deliveredCell(0.1, [0.05]), deliveredCell("own", [0.001])];
  expect(cells).toEqual(["9.8 %", "**5.0 %, drops**", "0.1 %, samples by itself"]);
});

test("answers that are missing are shown", () => {
  expect([answeredCell([1]), answeredCell([0.7]), answeredCell([])]).toEqual([
    "100.0 %",
    "**70.0 %, over its capacity**",
    "",
  ]);
});

test("what was not measured is empty", () => {
  expect(spreadCell([])).toBe("");
});

test("the ratios for the next run are those of obsbox, by requests and by CPU time", () => {
  expect(ratiosIn(results)["obsbox-same"]).toEqual({
    "hello, requests": { median: 0.5, lowest: 0.4, highest: 0.6 },
    "hello, requests by CPU time": { median: 0.5, lowest: 0.4, highest: 0.625 },
  });
});

test("figures replace what stands between the markers, and nothing else", () => {
  const text = "# A\n<!-- figures -->\nold $1\n<!-- end of figures -->\nB\n";
  expect(withFigures(text, "new $& 1")).toBe("# A\n<!-- figures -->\n\nnew $& 1\n\n<!-- end of figures -->\nB\n");
  expect(() => withFigures("# A\n", "new")).toThrow("lost the markers");
});

test("the picture has a bar for each set-up but the bare one", () => {
  const svg = chart(results);
  expect(svg.match(/text-anchor="end">[^<]+/g)).toEqual([
    'text-anchor="end">obsbox, the same job',
    'text-anchor="end">OpenTelemetry, stock, the same job',
  ]);
  expect(svg).not.toContain("NaN");
});
