import { expect, test } from "vitest";
import { passwordProblem } from "./policy.ts";

test.each([
  ["correct horse battery", "nothing"],
  ["aaaaaaaaaaaa", "nothing"],
  ["eleven char", "at least 12"],
  ["", "at least 12"],
  ["x".repeat(256), "nothing"],
  ["x".repeat(257), "at most 256"],
  [" Administrator", "user name"],
])("of %j is said %j", (password, problem) => {
  expect(passwordProblem(password, "administrator") ?? "nothing").toContain(problem);
});
