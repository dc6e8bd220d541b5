/**
 * What a log call costs with values far larger than a line: many times what one of its kind costs that fills a line.
 * Both are timed in turn in the same process, so that the bound holds on a busy machine too.
 */
import { beforeAll, describe, expect, test } from "vitest";
import { startProgram } from "../helpers/run-program.ts";

interface Cost {
  readonly ms: number;
  /** As long as the usual one takes, that many times. */
  readonly times: number;
}

const rounds = 25;

/** The large ones are 300 and more times as large. */
const mostTimes = 10;

/** Below this a ratio is that of two pauses of the machine. */
const noiseMs = 0.2;

let costs: Record<string, Cost>;
let lines: Record<string, unknown>[];
let written: string[];

beforeAll(async () => {
  await using program = startProgram("hostile-lines.mjs", { args: [String(rounds)], env: { OBSBOX_QUIET: "1" } });
  const code = await program.ended();
  if (code !== 0) throw new Error(`the program ended with ${code}: ${program.stderr()}`);
  costs = JSON.parse(/^COSTS (.*)$/m.exec(program.stderr())?.[1] ?? "{}");
  lines = program.lines();
  written = program.stdout().trimEnd().split("\n");
});

test("a value of any size costs what one does that fills a line, however it is logged", () => {
  const slow = Object.entries(costs).filter(([, { ms, times }]) => ms > noiseMs && times > mostTimes);
  const ordered = Object.entries(costs).toSorted(([, one], [, other]) => other.times - one.times);
  for (const [name, { ms, times }] of ordered.slice(0, 5)) {
    console.log(`${name}: ${ms.toFixed(2)} ms, ${times.toFixed(1)} times`);
  }
  expect(ordered.length).toBeGreaterThan(70);
  expect(slow).toEqual([]);
});

test("every call has its line, one JSON object shorter than Docker cuts", () => {
  expect(written).toHaveLength(Object.keys(costs).length * rounds * 2 - objectKeysCalls());
  expect(lines).toHaveLength(written.length);
  expect(Math.max(...written.map((line) => Buffer.byteLength(line)))).toBeLessThan(16 * 1024);
});

/** `Object.keys`, which the widest object is compared with, writes no line. */
const objectKeysCalls = () => Object.keys(costs).filter((name) => name.includes("keys")).length * rounds;

describe("a line says how much was left out:", () => {
  test.each([
    ["characters of a text", "labels.value", /\.\.\. \[10000000 characters\]$/],
    ["items of a list", "app.value", /"\[999900 more items\]"/],
    ["keys of an object", "app.value", /"truncated_keys":99872/],
    ["bytes", "labels.value", /^\[Uint8Array of 4294967296 bytes\]$/],
    ["levels", "app.value", /"\[Object\]"/],
    ["digits", "labels.value", /^\[BigInt of more than 8192 digits\]$/],
    ["errors", "error.stack_trace", /Caused by: (?:\[more errors\]|Error: error \d+)/],
    ["what throws", "labels.value", /^\[Unserializable\]$/],
  ])("%s", (_what, field, shown) => {
    const texts = lines.map((line) => line[field]).map((value) => textOf(value));
    expect(texts.some((text) => shown.test(text))).toBe(true);
  });

  test("when the line as a whole was too long, its bytes before", () => {
    const cut = lines.filter((line) => line["log.truncated"] === true);
    expect(cut.length).toBeGreaterThan(0);
    expect(cut.every((line) => Number(line["log.original_bytes"]) > 16 * 1024)).toBe(true);
  });
});

function textOf(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}
