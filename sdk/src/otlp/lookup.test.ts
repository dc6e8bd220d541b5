import type { LookupAddress } from "node:dns";
import { expect, test } from "vitest";
import { createLookup } from "./lookup.ts";
import type { Lookup } from "./lookup.ts";

/** A resolver that answers when it is told to. */
function makeResolver() {
  const asked: { readonly name: string; readonly answer: Parameters<Lookup>[2] }[] = [];
  const lookup = createLookup((name, _options, answer) => void asked.push({ name, answer }));
  const got: (string | LookupAddress[])[] = [];
  const ask = (name: string) => lookup(name, { all: true }, (_error, address) => void got.push(address));
  return { asked, got, ask };
}

test("a name that is being looked up is not looked up again; all who ask get the answer", () => {
  const { asked, got, ask } = makeResolver();
  ask("receiver");
  ask("receiver");
  ask("other");
  expect(asked.map(({ name }) => name)).toEqual(["receiver", "other"]);
  asked[0]?.answer(null, [{ address: "10.0.0.1", family: 4 }]);
  expect(got).toHaveLength(2);
  ask("receiver");
  expect(asked).toHaveLength(3);
});

test("all who ask hear of a failure", () => {
  const { asked, got, ask } = makeResolver();
  ask("receiver");
  ask("receiver");
  asked[0]?.answer(new Error("ENOTFOUND"), []);
  expect(got).toEqual([[], []]);
});
