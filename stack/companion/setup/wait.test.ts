import { describe, expect, test } from "vitest";
import type { Client } from "../elasticsearch/client.ts";
import { RequestError } from "../elasticsearch/errors.ts";
import { waitForElasticsearch } from "./wait.ts";

const problem = (status?: number) =>
  new RequestError({ method: "GET", path: "/", reason: "because", ...(status === undefined ? {} : { status }) });

/** A client that answers with these problems one after the other, then well; the last one again and again. */
function failing(...problems: readonly (RequestError | undefined)[]): Client {
  let count = -1;
  const client: Client = {
    async request() {
      count = Math.min(count + 1, problems.length - 1);
      const found = problems[count];
      if (found !== undefined) throw found;
      return {};
    },
    find: async () => undefined,
    as: () => client,
    close: () => {},
  };
  return client;
}

const patience = { timeoutMs: 60_000, refusedMs: 60_000, everyMs: 1, say: () => {} };

describe("waiting for Elasticsearch", () => {
  test("ends when it answers, and says what was waited for once", async () => {
    const said: string[] = [];
    const say = (message: string) => void said.push(message);
    await waitForElasticsearch(failing(problem(), problem(), problem(503), undefined), { ...patience, say });
    expect(said).toEqual([
      "waiting for Elasticsearch: GET / got no answer: because",
      "waiting for Elasticsearch: GET / was answered with 503: because",
    ]);
  });

  test("goes on until there is a licence", async () => {
    const said: string[] = [];
    const say = (message: string) => void said.push(message);
    await waitForElasticsearch(failing(undefined, problem(404), undefined), { ...patience, say });
    expect(said).toEqual(["waiting for Elasticsearch: GET / was answered with 404: because"]);
  });

  test("goes on when the password is refused while users are being loaded", async () => {
    await expect(
      waitForElasticsearch(failing(problem(401), problem(401), undefined), patience),
    ).resolves.toBeUndefined();
  });

  test("ends with a remedy when the password stays refused", async () => {
    const wait = waitForElasticsearch(failing(problem(401)), { ...patience, refusedMs: 5 });
    await expect(wait).rejects.toMatchObject({
      message: expect.stringContaining("refuses the password of its user elastic"),
      remedy: expect.stringContaining("secrets/elasticsearch-elastic"),
    });
  });

  test("ends when it takes too long, and says what it last heard", async () => {
    const wait = waitForElasticsearch(failing(problem(503)), { ...patience, timeoutMs: 5 });
    await expect(wait).rejects.toThrow("Elasticsearch is not ready after 0 s: GET / was answered with 503: because");
  });
});
