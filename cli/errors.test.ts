import { expect, test } from "vitest";
import { UserError } from "./errors.ts";

test("a mistake of the user has a hint, an exit code, and what it came from", () => {
  const cause = new Error("deeper");
  const error = new UserError("port 80 is taken", { hint: "choose another", cause });
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({ name: "UserError", message: "port 80 is taken", hint: "choose another", exitCode: 1 });
  expect(error.cause).toBe(cause);
  expect(new UserError("unknown", { hint: "", exitCode: 2 }).exitCode).toBe(2);
});
