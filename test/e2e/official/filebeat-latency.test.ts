/** How soon a line can be found. */
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startCommand, startProgram } from "../../helpers/run-program.ts";
import type { Program } from "../../helpers/run-program.ts";
import { waitFor } from "../../helpers/wait-for.ts";
import { removeFolders } from "../../reliability/line-program.ts";
import { kinds, openBox } from "../box/box.ts";
import type { Box } from "../box/box.ts";
import { countOf, shipLines, stream } from "./shipped-lines.ts";

const patience = 3 * 60_000;

let box: Box;

beforeAll(async () => {
  box = await openBox(kinds.shipped);
}, 12 * 60_000);
afterAll(removeFolders);

test("L6 the one short line of a process that ends at once is found within 15 seconds", async () => {
  const found = () => countOf(box, "logs-one_line-default", { match_phrase: { message: "only" } });
  const before = found();
  const program = startProgram("one-line.mjs", { env: { OBSBOX_LOG_DIR: join(box.folder, "logs") } });
  expect(await program.ended()).toBe(0);
  await waitFor("its line", () => found() === before + 1, 15_000);
});

test(
  "L7 at 1,000 lines a second half of them can be found within 3 seconds of their call, 95 % within 5",
  async () => {
    const lines = 60_000;
    await using load = shipLines(box, { name: "timed", perSecond: 1000, lines });
    await using counter = startCounter(load.producer, lines);
    await load.written();
    expect(await counter.ended()).toBe(0);
    const counts = [...counter.stdout().matchAll(/^(\d+) \{"count":(\d+)\}$/gm)];
    expect(Number(counts.at(-1)?.[2]), "lines that were found").toBe(lines);
    const latencies = latenciesOf(
      load.documents().map(({ at }) => at),
      counts.map(([, at, count]) => [Number(at), Number(count)]),
    );
    const [p50, p95] = [0.5, 0.95].map((share) => (latencies[Math.ceil(share * latencies.length) - 1] ?? NaN) / 1000);
    console.info(`L7: p50 ${p50?.toFixed(2)} s, p95 ${p95?.toFixed(2)} s, asked ${counts.length} times`);
    expect(latencies).toHaveLength(lines);
    expect(p50).toBeLessThanOrEqual(3);
    expect(p95).toBeLessThanOrEqual(5);
  },
  2 * patience,
);

/** Asks ten times a second from inside, where no login is on the way; the time is that of the answer, so that none is too early. */
function startCounter(producer: string, lines: number): Program {
  const address = `https://localhost:9200/${stream}/_count?filter_path=count&q=labels.producer:%22${producer}%22`;
  const login = '--cacert /run/obsbox/ca.crt -u "elastic:$(cat /run/obsbox/elastic-password)"';
  const script = `
    while [ $SECONDS -lt ${patience / 1000} ]; do
      answer=$(curl -s ${login} '${address}')
      echo "$(date +%s%3N) $answer"
      [ "$answer" = '{"count":${lines}}' ] && break
      sleep 0.1
    done`;
  const command = ["compose", "exec", "-T", "elasticsearch", "bash", "-c", script];
  return startCommand("docker", command, { cwd: box.folder });
}

/** Lines come in the order of their calls: the one with number n is found once n + 1 are. */
function latenciesOf(calls: readonly number[], counts: readonly (readonly [at: number, count: number])[]): number[] {
  let answer = 0;
  const latencies = calls
    .toSorted((one, other) => one - other)
    .map((calledAt, index) => {
      while ((counts[answer]?.[1] ?? Infinity) <= index) answer += 1;
      return (counts[answer]?.[0] ?? NaN) - calledAt;
    });
  return latencies.toSorted((one, other) => one - other);
}
