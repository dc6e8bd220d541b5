import { expect, test } from "vitest";
import type { Role } from "./own-process.ts";
import { readyTogether } from "./readiness.ts";

const process = (name: string, role: Role, answer: unknown) => ({ name, role, answer });
const ready = { ready: true, checks: { db: "ok" } };
const notReady = { ready: false, checks: { db: "refused" } };

test.each([
  ["a primary without workers", "primary", ready, [], true],
  ["all workers", "primary", ready, [ready, ready], true],
  ["one worker, the other starts or ends", "primary", ready, [ready, notReady], true],
  ["one worker, the other does not answer", "primary", ready, [ready, "no answer within 2000 ms"], true],
  ["no worker", "primary", ready, [notReady, "no answer within 2000 ms"], false],
  ["workers of a primary that is about to end", "primary", notReady, [ready, ready], false],
  ["a worker that leads", "worker", ready, [notReady], true],
  ["another than the one that leads", "worker", notReady, [ready], true],
] as const)("%s", (_what, role, own, others, isReady) => {
  const all = others.map((answer, index) => process(`process ${index}`, "worker", answer));
  const state = readyTogether(process("process 9", role, own), all);
  expect(state.ready).toBe(isReady);
  expect(Object.keys(state.processes ?? {})).toHaveLength(1 + others.length);
});
