import { expect, test } from "vitest";
import { answerLength } from "./connection.ts";

const answer = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX: y\r\n\r\nhello";

test("an answer is as long as its head says, and unknown until that is there", () => {
  expect(answerLength(answer)).toBe(answer.length);
  expect(answerLength(answer.slice(0, 30))).toBeUndefined();
});

test("an error is not timed", () => {
  expect(() => answerLength(answer.replace("200 OK", "500 Oh"))).toThrow("unexpected answer: HTTP/1.1 500 Oh");
});
