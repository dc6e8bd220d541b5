import * as fc from "fast-check";
import pino from "pino";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createLogger, logger } from "./logger.ts";
import { bindPino, encodeService } from "./pino-bindings.ts";
import { useSink } from "./sink.ts";

const service = { name: "orders", version: "1", environment: "test", instanceId: "i1", attributes: {} };

let lines: string[];
let stop: () => void;

beforeEach(() => {
  lines = [];
  useSink({ maxLineBytes: 1024 ** 2, write: (line) => void lines.push(line), flush() {} });
  stop = bindPino(encodeService(service), () => {});
});
afterEach(() => {
  stop();
  useSink(undefined);
});

/** The keys of the outermost object, as they stand in the text. */
function keysOf(line: string): string[] {
  const keys: string[] = [];
  let depth = 0;
  for (const [token, colon] of line.matchAll(/"(?:[^"\\]|\\.)*"(:?)|[[\]{}]/g)) {
    if (token === "{" || token === "[") depth += 1;
    else if (token === "}" || token === "]") depth -= 1;
    else if (depth === 1 && colon === ":") keys.push(token);
  }
  return keys;
}

const expectEachOnce = (line = "") => {
  const keys = keysOf(line);
  expect(keys.length).toBeGreaterThan(3);
  expect(keys).toEqual([...new Set(keys)]);
};

describe("a key", () => {
  test("of a child that the call has too stands once, and the call's counts", () => {
    logger.child({ a: 1, b: 2 }).info({ a: "other" }, "line");
    expectEachOnce(lines[0]);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ "labels.a": "other", "labels.b": 2 });
  });

  test("of a child is there again in its next line", () => {
    const child = logger.child({ a: 1 });
    child.info({ a: 2 }, "line");
    child.info("line");
    expect(JSON.parse(lines[1] ?? "")).toMatchObject({ "labels.a": 1 });
  });

  test("of a child stands once below its own child, and after setBindings", () => {
    const child = logger.child({ a: 1, name: "one" }).child({ a: 2, name: "two" });
    child.info("line");
    child.setBindings({ a: 3 });
    child.info("line");
    lines.forEach(expectEachOnce);
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { "labels.a": 2, "log.logger": "two" },
      { "labels.a": 3, "log.logger": "two" },
    ]);
  });

  test("that different names lead to stands once", () => {
    logger.child({ "a.b": 1, err: new Error("one") }).info({ a_b: 2, error: new Error("two") }, "line");
    expectEachOnce(lines[0]);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ "labels.a_b": 2, "error.message": "two" });
  });

  test("stands once whatever children and calls are given", () => {
    const key = fc.oneof(
      fc.constantFrom("a", "a.b", "a_b", "name", "err", "user", "user.id", 'quo"te', "service.name", "message"),
      fc.string(),
    );
    const fields = fc.dictionary(key, fc.oneof(fc.integer(), fc.string(), fc.constant({ id: 1 })), { maxKeys: 5 });
    fc.assert(
      fc.property(fields, fields, fields, (first, second, call) => {
        createLogger({ name: "test" }).child(first).child(second).info(call, "line");
        expectEachOnce(lines.at(-1));
        JSON.parse(lines.at(-1) ?? "");
      }),
    );
  });

  test("of ours that a service's own pino has too stands once", () => {
    const own = pino({}, { write: (line: string) => void lines.push(line) });
    own.info({ "service.name": "theirs", "event.id": "theirs", "trace.id": "theirs" }, "line");
    own.child({ "event.id": "theirs" }).info("line");
    lines.forEach(expectEachOnce);
    expect(lines.map((line) => JSON.parse(line)["event.id"])).toEqual(["theirs", "theirs"]);
  });
});

describe("event.id", () => {
  const ids = () => lines.map((line) => /^([0-9a-f]{16})-(\d+)$/.exec(JSON.parse(line)["event.id"]) ?? []);

  test("has a number without gaps over all loggers of the process", () => {
    const child = logger.child({ a: 1 });
    for (let n = 0; n < 5; n++) for (const log of [logger, child, own]) log.info({ n }, "line");
    const numbers = ids().map(([, , number]) => Number(number));
    expect(numbers).toEqual(Array.from({ length: 15 }, (_, index) => Number(numbers[0]) + index));
    expect(new Set(ids().map(([, start]) => start)).size).toBe(1);
  });

  const own = pino({}, { write: (line: string) => void lines.push(line) });

  test.each([
    ["logger", logger],
    ["the service's own pino", own],
  ])("of %s is another one in a line, and below a child, that is made while a line is", (_, log) => {
    const children: { info: (message: string) => void }[] = [];
    const nosy = {
      toJSON() {
        log.info("inner");
        children.push(log.child({ made: "inside" }));
        return "shown";
      },
    };
    log.info({ nosy }, "outer");
    for (const child of children) child.info("later");
    for (const child of children) child.info("later");
    log.info("after");
    lines.forEach(expectEachOnce);
    const texts = ids().map(([id]) => id);
    expect(texts).toHaveLength(5);
    expect(new Set(texts).size).toBe(5);
  });

  test("stays when a line is too long", () => {
    useSink({ maxLineBytes: 1000, write: (line) => void lines.push(line), flush() {} });
    logger.info({ "event.action": "large", text: "x".repeat(5000) }, "line");
    expect(ids()[0]).toHaveLength(3);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ "log.truncated": true, "event.action": "large" });
  });
});
