import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import { explainFileError } from "./file-errors.ts";

test("an error of the file system names its path and what to do", () => {
  const error = Object.assign(new Error("x"), { code: "EACCES", path: "/box/.env" });
  expect(explainFileError(error)).toMatchObject({
    message: "/box/.env may not be read or written by you",
    hint: 'make it yours: sudo chown -R "$(id -u):$(id -g)" /box/.env',
    cause: error,
  });
});

test("other errors are not explained away", () => {
  expect(explainFileError(new TypeError("a bug"))).toBeUndefined();
  expect(explainFileError(Object.assign(new Error("x"), { code: "ENOENT" }))).toBeUndefined();
  expect(explainFileError("text")).toBeUndefined();
});

test("a folder where a file should be is named although Node.js does not name it", () => {
  expect(explainFileError(errorOf(() => readFileSync(tmpdir())))?.message).toMatch(
    /is a folder where a file should be$/,
  );
});

function errorOf(fn: () => unknown): unknown {
  try {
    return fn();
  } catch (error) {
    return error;
  }
}
