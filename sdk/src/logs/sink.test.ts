import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createLogger } from "./logger.ts";
import { useSink } from "./sink.ts";

const maxLineBytes = 1024;
let lines: string[];

beforeEach(() => {
  lines = [];
  useSink({ maxLineBytes, write: (line) => void lines.push(line), flush() {} });
});
afterEach(() => useSink(undefined));

const log = createLogger({ name: "test" });

/** Every UTF-16 code unit, half characters and control characters too. */
const anyUnit = fc.nat(0xffff).map((code) => String.fromCharCode(code));

const anything = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  values: [fc.string({ unit: anyUnit, maxLength: 500 }), fc.string({ unit: fc.constantFrom("\ud83d", "é") })],
});

describe("a line", () => {
  test("of anything logged is one JSON object in well-formed UTF-8, within the limit of the sink", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), anything),
        fc.string({ unit: anyUnit, maxLength: 1500 }),
        (fields, text) => {
          log.info(fields, text);
          const line = lines.at(-1) ?? "";
          expect(line.indexOf("\n")).toBe(line.length - 1);
          expect(Buffer.byteLength(line)).toBeLessThanOrEqual(maxLineBytes);
          expect(Buffer.from(line).toString()).toBe(line);
          expect(JSON.parse(line)).toMatchObject({ "log.level": "info" });
        },
      ),
    );
  });

  test("that is too long says so, and keeps what tells it apart", () => {
    log.error({ err: new Error("e".repeat(5000)), other: "o".repeat(5000) }, "m".repeat(5000));
    const [line = ""] = lines;
    expect(JSON.parse(line)).toMatchObject({
      "log.level": "error",
      "@timestamp": expect.any(String),
      "error.type": "Error",
      "log.truncated": true,
      "log.original_bytes": expect.any(Number),
      message: expect.stringMatching(/^m+\.\.\. \[5000 characters\]$/),
    });
    expect(JSON.parse(line)).not.toHaveProperty("labels.other");
  });

  test("of the length that just fits stays whole, however many bytes its characters have", () => {
    log.info("");
    const room = maxLineBytes - Buffer.byteLength(lines[0] ?? "");
    for (const character of ["x", "é", "€"]) {
      const text = character.repeat(Math.floor(room / Buffer.byteLength(character)));
      log.info(text);
      expect(JSON.parse(lines.at(-1) ?? "").message).toBe(text);
      log.info(`${text}${character}`);
      expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({ "log.truncated": true });
    }
  });
});

test("another sink takes over after the first has written what it held", () => {
  const events: string[] = [];
  const sink = (name: string) => ({
    maxLineBytes,
    write: () => void events.push(`${name} writes`),
    flush: () => void events.push(`${name} flushes`),
  });
  useSink(sink("first"));
  log.info("one");
  useSink(sink("second"));
  log.info("two");
  expect(events).toEqual(["first writes", "first flushes", "second writes"]);
});
