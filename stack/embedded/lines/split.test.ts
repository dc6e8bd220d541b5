import * as fc from "fast-check";
import { expect, test } from "vitest";
import { anyText } from "../example-records.ts";
import { createLineSplitter, maxOutputLine } from "./split.ts";

/** Cuts bytes in pieces of these lengths, the last piece with whatever is left. */
function pieces(bytes: Buffer, lengths: readonly number[]): Buffer[] {
  let start = 0;
  const cut = lengths.map((length) => bytes.subarray(start, (start += length)));
  return [...cut, bytes.subarray(start)];
}

function split(chunks: readonly Buffer[], maxBytes?: number) {
  const lines = createLineSplitter(maxBytes);
  return [...chunks.flatMap((chunk) => lines.push(chunk)), ...lines.end()];
}

test("lines are the same wherever the chunks end, also within a character", () => {
  const line = anyText.map((text) => text.replace(/[\r\n]/g, ""));
  fc.assert(
    fc.property(fc.array(line), fc.array(fc.nat(12)), (texts, lengths) => {
      const bytes = Buffer.from(texts.map((text) => `${text}\n`).join(""));
      expect(split(pieces(bytes, lengths))).toEqual(texts.map((text) => ({ text })));
    }),
  );
});

test.each([
  ["the newlines of Windows go as a whole", "one\r\ntwo\r\n", [{ text: "one" }, { text: "two" }]],
  ["a carriage return within a line stays", "10%\r20%\n", [{ text: "10%\r20%" }]],
  ["empty lines are lines", "\n\na\n", [{ text: "" }, { text: "" }, { text: "a" }]],
  ["what has no newline is the last line", "one\ntwo", [{ text: "one" }, { text: "two" }]],
])("%s", (_what, given, lines) => {
  expect(split([Buffer.from(given)])).toEqual(lines);
});

test("a line of 1 MB is cut and says how long it was, and the next one is whole", () => {
  const chunks = Array.from({ length: 16 }, () => Buffer.alloc(65_536, "x"));
  const [long, next] = split([...chunks, Buffer.from("\nnext\n")]);
  expect(long).toEqual({ text: "x".repeat(maxOutputLine), originalBytes: 1_048_576 });
  expect(next).toEqual({ text: "next" });
});

test("a line is not cut within a character", () => {
  expect(split([Buffer.from("aä€😀")], 5)).toEqual([{ text: "aä", originalBytes: 10 }]);
});
