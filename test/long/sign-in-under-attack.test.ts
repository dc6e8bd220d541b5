/** How long signing in takes while somebody else tries passwords: side by side with calm minutes, in turns. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startAuth } from "../helpers/start-auth.ts";
import type { AuthServer } from "../helpers/start-auth.ts";

const password = "correct horse battery";
const rounds = 5;
const calmMs = 20_000;
const attackMs = 60_000;
const wrongPasswords = 1000;
/** Between two sign-ins of the one who has the right password. */
const pauseMs = 400;

let server: AuthServer;

beforeAll(async () => {
  server = await startAuth();
  await server.browser().post("/oauth2/password", { token: server.firstLink, password, again: password });
  await server.addUser("vera", "viewer", password);
});
afterAll(() => server[Symbol.asyncDispose]());

test("1,000 wrong passwords in a minute at most double the time that another user's sign-in takes", async () => {
  const ratios: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const calm = p99(await signInFor(calmMs));
    const before = await verified();
    const [times] = await Promise.all([signInFor(attackMs), attack(`203.0.113.${round + 1}`)]);
    const wrong = (await verified()) - before - times.length;
    expect(wrong).toBeLessThanOrEqual(20);
    ratios.push(p99(times) / calm);
    process.stderr.write(
      `round ${round + 1}: p99 ${calm.toFixed(0)} ms calm, ${p99(times).toFixed(0)} ms under attack, ${wrong} verified\n`,
    );
  }
  const median = ratios.toSorted((one, other) => one - other)[Math.floor(rounds / 2)] ?? Number.NaN;
  process.stderr.write(`median ratio ${median.toFixed(2)} of ${ratios.map((ratio) => ratio.toFixed(2)).join(", ")}\n`);
  expect(median).toBeLessThanOrEqual(2);
});

const verified = () => server.metric("obsbox_auth_verifications_total");

/** Signs in again and again; every time must succeed. */
async function signInFor(durationMs: number): Promise<readonly number[]> {
  const times: number[] = [];
  const end = performance.now() + durationMs;
  while (performance.now() < end) {
    const began = performance.now();
    expect((await server.browser().signIn("vera", password)).status).toBe(303);
    times.push(performance.now() - began);
    await sleep(pauseMs);
  }
  return times;
}

/** Spreads the wrong passwords over the time, whatever the answers are. */
async function attack(address: string): Promise<void> {
  const attacker = server.browser(address);
  const answers: Promise<unknown>[] = [];
  for (let sent = 0; sent < wrongPasswords; sent += 1) {
    answers.push(
      attacker
        .signIn(sent % 2 === 0 ? "admin" : `user${sent}`, `wrong password ${sent}`)
        .then((answer) => answer.arrayBuffer()),
    );
    await sleep(attackMs / wrongPasswords);
  }
  await Promise.all(answers);
}

function p99(times: readonly number[]): number {
  return times.toSorted((one, other) => one - other)[Math.ceil(times.length * 0.99) - 1] ?? Number.NaN;
}
