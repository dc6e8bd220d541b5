import * as fc from "fast-check";
import { expect, test } from "vitest";
import { environmentFile } from "../../stack/settings.ts";
import { parseEnvironment } from "./env-file.ts";

test.each([
  ["a plain value", "A=b", "b"],
  ["spaces around the sign", "A = b ", "b"],
  ["an export", "export A=b", "b"],
  ["nothing", "A=", ""],
  ["a comment behind a space", "A=b # c", "b"],
  ["what Compose reads where only a comment follows", "A= # c", "# c"],
  ["a # inside a value", "A=b#c", "b#c"],
  ["single quotes as they are", "A='b # $c \\n' # d", "b # $c \\n"],
  ["double quotes with escapes", String.raw`A="b\n\"c\" # d"`, 'b\n"c" # d'],
  ["an = in the value", "A=b=c", "b=c"],
  ["Windows line ends", "A=b\r\nB=c", "b"],
  ["the last of two", "A=a\nA=b", "b"],
])("reads %s", (_what, text, value) => {
  expect(parseEnvironment(text)["A"]).toBe(value);
});

test("comments, empty lines and what is no assignment have no keys", () => {
  expect(parseEnvironment("# A=b\n\n  \nnothing here\n")).toEqual({});
});

test("every value that a setting may have is read as it was written", () => {
  const value = fc.stringMatching(/^[\w./:@%,+ -]*$/).map((text) => text.trim());
  const key = fc.stringMatching(/^[A-Z_][A-Z0-9_]{0,20}$/);
  fc.assert(
    fc.property(fc.dictionary(key, value), (values) => {
      const text = Object.entries(values).map(([name, content]) => `${name}=${content}`);
      expect(parseEnvironment(text.join("\n"))).toEqual({ ...values });
    }),
  );
});

test("no text makes it throw", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(parseEnvironment(text)).toBeTypeOf("object");
    }),
  );
});

test("the file of a new box sets what was chosen and nothing else", () => {
  const text = environmentFile("standard", { OBSBOX_PORT: "8443", OBSBOX_HOST: "obs.example" });
  expect(parseEnvironment(text)).toEqual({ OBSBOX_PORT: "8443", OBSBOX_HOST: "obs.example" });
});
