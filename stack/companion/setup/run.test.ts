import { describe, expect, test } from "vitest";
import { OperatorError } from "../errors.ts";
import { connect } from "../elasticsearch/client.ts";
import { RequestError } from "../elasticsearch/errors.ts";
import { runSteps } from "./run.ts";
import type { Outcome } from "./step.ts";

const context = {
  elasticsearch: connect({ url: "http://127.0.0.1:9", user: "u", password: "p" }),
  passwordOf: () => "",
  logsRetention: "1d",
};
const problem = (status?: number) =>
  new RequestError({ method: "GET", path: "/", reason: "because", ...(status === undefined ? {} : { status }) });

/** Runs one step that ends as listed, one way after the other; gives what was said. */
async function run(endings: readonly (Outcome | Error)[], timeoutMs = 60_000): Promise<readonly string[]> {
  const said: string[] = [];
  let count = 0;
  const step = {
    name: "roles",
    run: async () => {
      const ending = endings[Math.min(count, endings.length - 1)];
      count += 1;
      if (ending === undefined || ending instanceof Error) throw ending;
      return ending;
    },
  };
  const say = (message: string) => void said.push(message);
  said.push(String(await runSteps([step], context, { timeoutMs, everyMs: 1, say })));
  return said;
}

describe("a step", () => {
  test("is told in one line with its changes and notes, and its changes are counted", async () => {
    expect(await run([{ changes: ["created a", "changed b"], notes: ["c is not there"] }])).toEqual([
      "roles: created a, changed b; c is not there",
      "2",
    ]);
    expect(await run([{ changes: [] }])).toEqual(["roles: as declared", "0"]);
  });

  test("is tried again while Elasticsearch cannot serve it", async () => {
    expect(await run([problem(503), problem(429), problem(), { changes: [] }])).toEqual([
      "waiting to set up roles: GET / was answered with 503: because",
      "waiting to set up roles: GET / was answered with 429: because",
      "waiting to set up roles: GET / got no answer: because",
      "roles: as declared",
      "0",
    ]);
  });

  test("is not tried again when it cannot succeed", async () => {
    await expect(run([problem(400), { changes: [] }])).rejects.toThrow("roles: GET / was answered with 400: because");
    await expect(run([problem(503)], 0)).rejects.toThrow("roles: GET / was answered with 503: because");
    await expect(run([new OperatorError("no secret", "make one")])).rejects.toThrow(OperatorError);
  });
});
