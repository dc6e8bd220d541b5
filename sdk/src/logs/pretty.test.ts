import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { prettyLine } from "./pretty.ts";

/** Every UTF-16 code unit, half characters and control characters too. */
const anyUnit = fc.nat(0xffff).map((code) => String.fromCharCode(code));

const at = new Date(2026, 0, 2, 3, 4, 5, 6).toISOString();
const ecs = (fields: object) => JSON.stringify({ "log.level": "info", "@timestamp": at, message: "paid", ...fields });

describe("a line of the SDK", () => {
  test.each([
    ["time of the place, level and message", {}, "03:04:05.006 INFO  paid\n"],
    [
      "fields of its own without their prefix",
      { "labels.orderId": 7, "app.cart": { items: ["a"] }, "user.id": "u" },
      '03:04:05.006 INFO  paid orderId=7 cart={"items":["a"]} user.id=u\n',
    ],
    [
      "nothing that is the same in every line",
      { "service.name": "x", "trace.id": "1", "process.pid": 1, "http.request.method": "GET", "event.duration": 5 },
      "03:04:05.006 INFO  paid\n",
    ],
    [
      "a stack below, indented",
      { "log.level": "error", "error.stack_trace": "Error: x\n    at y" },
      "03:04:05.006 ERROR paid\n    Error: x\n        at y\n",
    ],
    ["a time that is none as it stands", { "@timestamp": "soon" }, "soon INFO  paid\n"],
    ["no message where there is none", { message: undefined }, "03:04:05.006 INFO  \n"],
  ])("shows %s", (_what, fields, text) => {
    expect(prettyLine(ecs(fields))).toBe(text);
    expect(prettyLine(`${ecs(fields)}\n`)).toBe(text);
  });

  test("names the service where several are mixed", () => {
    expect(prettyLine(ecs({ "service.name": "orders" }), { service: true })).toBe("03:04:05.006 INFO  orders paid\n");
  });

  test("is coloured only when that is asked for", () => {
    expect(prettyLine(ecs({ "log.level": "warn" }))).not.toContain("\u001b");
    expect(prettyLine(ecs({ "log.level": "warn" }), { colors: true })).toContain("\u001b[33mWARN \u001b[39m");
  });

  test.each(["constructor", "__proto__", "loud", "", 30, null])("may have the level %o", (level) => {
    expect(prettyLine(ecs({ "log.level": level }), { colors: true })).toContain("paid");
  });

  test("brings no control characters to the terminal, neither in values nor in names", () => {
    const text = fc.oneof(
      fc.string({ unit: anyUnit, maxLength: 20 }),
      fc.constantFrom("\u001b[31m", "\u009b2J", "\u0007", "\r", "\u007f"),
    );
    fc.assert(
      fc.property(fc.dictionary(text, fc.oneof(text, fc.tuple(text)), { maxKeys: 4 }), text, (fields, level) => {
        const line = prettyLine(JSON.stringify({ ...fields, "log.level": level, "error.stack_trace": level }));
        expect(line).not.toMatch(/(?![\n\t])\p{Cc}/u);
      }),
    );
  });
});

test.each(["plain text", '{"level":30,"msg":"of pino"}', "{ not json", '["log.level"]', "null", ""])(
  "what is not of the SDK stays as it is: %o",
  (line) => {
    expect(prettyLine(line)).toBe(`${line}\n`);
    expect(prettyLine(`${line}\n`)).toBe(`${line}\n`);
  },
);
