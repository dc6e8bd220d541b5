import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Pack } from "./pack.ts";
import type { Ends } from "./pack.ts";

const nobody = () => {};
const packOf = (text: string, onDone: (ends: Ends) => void = nobody) => new Pack(Buffer.from(text), onDone);

describe("a pack", () => {
  test("gives the whole lines of any text, in order, and counts a torn end", () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ minLength: 1 }).filter((text) => !text.includes("\n"))),
        fc.string(),
        (texts, end) => {
          const torn = end.replaceAll("\n", "");
          const told: Ends[] = [];
          const pack = packOf(texts.map((text) => `${text}\n`).join("") + torn, (ends) => told.push(ends));
          expect(pack.lines.map(({ bytes }) => bytes.toString())).toEqual(texts.map((text) => `${text}\n`));
          for (const line of pack.lines) line.pack.settle("delivered");
          expect(told).toEqual([
            {
              ...(torn === "" ? {} : { "elasticsearch-spool-torn": 1 }),
              ...(texts.length === 0 ? {} : { delivered: texts.length }),
            },
          ]);
        },
      ),
    );
  });

  test("tells once, when its last line has come to an end", () => {
    const told: Ends[] = [];
    const pack = packOf("{}\n{}\n{}\n", (ends) => told.push(ends));
    pack.settle("delivered");
    pack.settle("elasticsearch-mapping");
    expect(told).toEqual([]);
    pack.settle("delivered");
    expect(told).toEqual([{ delivered: 2, "elasticsearch-mapping": 1 }]);
  });
});

describe("the id of a line", () => {
  const idOf = (text: string) => packOf(`${text}\n`).lines[0]?.id;

  test("is its event.id", () => {
    expect(idOf('{"log.level":"info","event.id":"0123456789abcdef-17","message":"m"}')).toBe("0123456789abcdef-17");
  });

  test("is not taken from a line of another service that is logged in it", () => {
    const line = '{"app.record":{"a":1,"event.id":"other-1"},"event.id":"mine-7","message":"m"}';
    expect(new Pack(Buffer.from(`${line}\n`), nobody, ',"event.id":"mine-').lines[0]?.id).toBe("mine-7");
  });

  test("is not taken from what a service says in a text", () => {
    const line = JSON.stringify({ message: 'see "event.id":"mine"', "event.id": "0123456789abcdef-1" });
    expect(idOf(line)).toBe("0123456789abcdef-1");
  });

  test.each(['{"event.id":"\\u0022"}', '{"event.id":""}', '{"event.id":7}', "{}", '{"event.id":"'])(
    "is made where there is none that can be used: %s",
    (line) => expect(idOf(line)).toMatch(/^[0-9a-f-]{36}$/),
  );
});
