import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { LogRecord } from "../records.ts";
import { createLineAssembler } from "./assemble.ts";
import type { Line } from "./split.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function collect() {
  const records: LogRecord[] = [];
  const lines = createLineAssembler({ service: "app.js", stream: "stderr" }, (record) => void records.push(record));
  const push = (...texts: readonly (string | Line)[]) => {
    for (const text of texts) lines.push(typeof text === "string" ? { text } : text);
  };
  return { push, flush: () => lines.flush(), records, messages: () => records.map(({ message }) => message) };
}

test("a stack trace is one record with the line in front of it", () => {
  const { push, flush, messages } = collect();
  push("Error: no", "    at f (a.js:1:1)", "    at g (b.js:2:2) {", "  code: 'E'", "}", "Caused by: less", "next");
  flush();
  expect(messages()).toEqual([
    "Error: no\n    at f (a.js:1:1)\n    at g (b.js:2:2) {\n  code: 'E'\n}\nCaused by: less",
    "next",
  ]);
});

test("frames that Node.js has coloured are joined, without their colours", () => {
  const { push, flush, messages } = collect();
  push("\u001b[31mError: no\u001b[39m", "\u001b[90m    at node:internal/main:1:1\u001b[39m");
  flush();
  expect(messages()).toEqual(["Error: no\n    at node:internal/main:1:1"]);
});

test("a line that nothing follows comes after a moment", () => {
  const { push, messages } = collect();
  push("alone");
  expect(messages()).toEqual([]);
  vi.advanceTimersByTime(50);
  expect(messages()).toEqual(["alone"]);
  push("    indented, but later");
  vi.advanceTimersByTime(50);
  expect(messages()).toEqual(["alone", "    indented, but later"]);
});

test.each(['{"level":30,"msg":"json"}', '{"msg":"json","stream":"stdout"}'])(
  "the JSON line %s comes at once, and nothing is joined to it",
  (line) => {
    const { push, flush, messages } = collect();
    push("plain", line);
    expect(messages()).toEqual(["plain", "json"]);
    push("  indented");
    flush();
    expect(messages()).toEqual(["plain", "json", "  indented"]);
  },
);

test("an empty line ends what is joined and is no record", () => {
  const { push, flush, messages } = collect();
  push("Error: no", "    at f", "", "    at g", "   ");
  flush();
  flush();
  expect(messages()).toEqual(["Error: no\n    at f", "    at g"]);
});

test("nothing of a stack trace without end is lost", () => {
  const { push, flush, records } = collect();
  const frames = Array.from({ length: 2000 }, (_, index) => `    at frame${index} (some/where/in/the/code.js)`);
  push("x".repeat(60_000), ...frames, { text: `  ${"y".repeat(60_000)}`, originalBytes: 99_999 });
  flush();
  expect(records.map(({ message }) => message).join("\n")).toBe(
    ["x".repeat(60_000), ...frames, `  ${"y".repeat(60_000)}`].join("\n"),
  );
  expect(Math.max(...records.map(({ message }) => message.length))).toBeLessThanOrEqual(65_536);
  expect(records.at(-1)?.attributes).toMatchObject({ "log.original_bytes": 99_999 });
});
