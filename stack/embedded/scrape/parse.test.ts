import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anyText } from "../example-records.ts";
import { parseExposition } from "./parse.ts";

const traceId = "0af7651916cd43dd8448eb211c80319c";
const spanId = "b7ad6b7169203331";

function samplesOf(text: string) {
  return parseExposition(text).flatMap(({ samples }) => samples);
}

test("OpenMetrics: families with type, unit, help, and all samples under them", () => {
  const text = `# TYPE http_seconds histogram
# UNIT http_seconds seconds
# HELP http_seconds Duration of "requests",\\nback\\\\slash
http_seconds_bucket{route="/a",le="0.1"} 3 # {trace_id="${traceId}",span_id="${spanId}"} 0.05 1700000000.25
http_seconds_bucket{route="/a",le="+Inf"} 4
http_seconds_sum{route="/a"} 0.7
http_seconds_count{route="/a"} 4
http_seconds_created{route="/a"} 1700000000
# TYPE jobs counter
jobs_total 5
# TYPE build info
build_info{version="1"} 1
# EOF
`;
  const labels = { route: "/a" };
  expect(parseExposition(text)).toEqual([
    {
      name: "http_seconds",
      type: "histogram",
      unit: "seconds",
      help: 'Duration of "requests",\nback\\slash',
      samples: [
        {
          name: "http_seconds_bucket",
          labels: { ...labels, le: "0.1" },
          value: 3,
          exemplar: { traceId, spanId, value: 0.05, timeUs: 1_700_000_000_250_000 },
        },
        { name: "http_seconds_bucket", labels: { ...labels, le: "+Inf" }, value: 4 },
        { name: "http_seconds_sum", labels, value: 0.7 },
        { name: "http_seconds_count", labels, value: 4 },
      ],
    },
    { name: "jobs", type: "counter", unit: "", help: "", samples: [{ name: "jobs_total", labels: {}, value: 5 }] },
    {
      name: "build",
      type: "info",
      unit: "",
      help: "",
      samples: [{ name: "build_info", labels: { version: "1" }, value: 1 }],
    },
  ]);
});

test.each([
  ["help first", "# HELP jobs_total Jobs\n# TYPE jobs_total counter\n"],
  ["type first", "# TYPE jobs_total counter\n# HELP jobs_total Jobs\n"],
])("the classic text names a counter as its sample, %s: the family has the name without the suffix", (_, headers) => {
  expect(parseExposition(`${headers}jobs_total{queue="a"} 5 1700000000000\n`)).toEqual([
    {
      name: "jobs",
      type: "counter",
      unit: "",
      help: "Jobs",
      samples: [{ name: "jobs_total", labels: { queue: "a" }, value: 5 }],
    },
  ]);
});

test("a gauge whose name ends as if it told when a series was made is a gauge", () => {
  expect(parseExposition("# TYPE users_created gauge\nusers_created 3\n")).toMatchObject([
    { name: "users_created", type: "gauge", samples: [{ value: 3 }] },
  ]);
});

test.each([
  ["1", 1],
  ["-2.5e-3", -0.0025],
  ["+Inf", Infinity],
  ["-Inf", -Infinity],
  ["inf", Infinity],
  ["Infinity", Infinity],
  ["NaN", Number.NaN],
  ["nan", Number.NaN],
])("the value %s is %d", (written, value) => {
  expect(samplesOf(`a ${written}\n`)).toEqual([{ name: "a", labels: {}, value }]);
});

test("a label's value comes back as it was, whatever it holds", () => {
  const escape = (text: string) => text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
  const value = fc.oneof(
    anyText,
    fc.string({ unit: fc.constantFrom("{", "}", " ", "#", '"', "\\", "n", ",", "=", "\n", "1") }),
  );
  fc.assert(
    fc.property(value, value, (path, id) => {
      const text = `a{path="${escape(path)}",b="x"} 1 # {trace_id="${escape(id)}"} 2 3\n`;
      expect(samplesOf(text)).toEqual([
        {
          name: "a",
          labels: { path, b: "x" },
          value: 1,
          exemplar: { traceId: id, spanId: "", value: 2, timeUs: 3_000_000 },
        },
      ]);
    }),
  );
});

describe("what cannot be read is left out, and the rest is read:", () => {
  test.each([
    "junk",
    "a{",
    'a{x="1" 2',
    'a{x="1"}',
    "a",
    "a one",
    "9a 1",
    "{} 1",
    "# TYPE",
    "# TYPE a",
    "#",
    "\0",
    "<html>",
  ])("%j", (line) => {
    expect(samplesOf(`${line}\nok 1\n`)).toEqual([{ name: "ok", labels: {}, value: 1 }]);
  });

  test.each([
    "{} 1",
    '{trace_id="a"}',
    '{trace_id="a"} NaN',
    '{trace_id="a"} many',
    '{trace_id="a"} 1 later',
    '{trace_id="a"} 1 1e300',
    '{span_id="a"} 1',
  ])("the exemplar %s", (exemplar) => {
    expect(samplesOf(`a_total 1 # ${exemplar}\n`)).toEqual([{ name: "a_total", labels: {}, value: 1 }]);
  });

  test.each(["constructor", "__proto__", "stateset", ""])("the type %j", (type) => {
    expect(parseExposition(`# TYPE a ${type}\na 1\n`)).toMatchObject([{ name: "a", type: "unknown" }]);
  });

  test("any text at all", () => {
    fc.assert(
      fc.property(anyText, fc.string(), (a, b) => {
        expect(samplesOf(`# TYPE ${a}\n${b} ${a}\nok 1\n`).at(-1)).toEqual({ name: "ok", labels: {}, value: 1 });
      }),
    );
  });
});

test("a line of many quotes takes no time", () => {
  const started = performance.now();
  samplesOf(`a{${'x="\\"'.repeat(20_000)}\n`);
  expect(performance.now() - started).toBeLessThan(1000);
});
