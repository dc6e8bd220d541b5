import { expect, test } from "vitest";
import type { Client } from "../../elasticsearch/client.ts";
import { assertLicense } from "./license.ts";

async function run(license: object) {
  const calls: string[] = [];
  const client: Client = {
    async request(method, path) {
      calls.push(`${method} ${path}`);
      return { license };
    },
    find: async () => undefined,
    as: () => client,
    close: () => {},
  };
  const outcome = await assertLicense({ elasticsearch: client, passwordOf: () => "", logsRetention: "1d" });
  return { ...outcome, calls: calls.slice(1) };
}

test("Basic is left alone", async () => {
  expect(await run({ type: "basic", status: "active" })).toEqual({ changes: [], calls: [] });
});

test("a trial is left alone and said", async () => {
  const outcome = await run({ type: "trial", status: "active", expiry_date: "2026-12-01T00:00:00.000Z" });
  expect(outcome).toEqual({
    changes: [],
    notes: [expect.stringContaining("a trial licence is active until 2026-12-01")],
    calls: [],
  });
});

test("a paid one is left alone and said", async () => {
  const outcome = await run({ type: "gold", status: "active" });
  expect(outcome.notes).toEqual(["a gold licence is active; the box needs Basic only"]);
});

test("an expired one gives way to Basic", async () => {
  const outcome = await run({ type: "trial", status: "expired" });
  expect(outcome).toEqual({
    changes: ["started the Basic licence, there was an expired one (trial)"],
    calls: ["POST /_license/start_basic?acknowledge=true"],
  });
});
