/** Elasticsearch is away from Filebeat for a while: every line comes afterwards, once. */
import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, expect, test } from "vitest";
import { waitFor } from "../../helpers/wait-for.ts";
import { describeVerdict } from "../../reliability/ledger.ts";
import { removeFolders } from "../../reliability/line-program.ts";
import { kinds, openBox } from "../box/box.ts";
import type { Box } from "../box/box.ts";
import { bulkEvents, shipLines, stream } from "./shipped-lines.ts";

/** A shorter time is for those who change the tests. */
const outageSeconds = Number(process.env["OBSBOX_OUTAGE_SECONDS"] ?? 600);
const rolloverSeconds = Math.min(outageSeconds, 120);
const perSecond = 200;
const patience = 5 * 60_000;

let box: Box;

beforeAll(async () => {
  box = await openBox(kinds.shipped);
}, 12 * 60_000);
afterAll(removeFolders);

test(
  "L1 Elasticsearch is stopped while lines are written: none is lost, none is there twice, all are found within three minutes",
  async () => {
    const lines = perSecond * outageSeconds;
    await using load = shipLines(box, { name: "stopped", perSecond, lines });
    await load.begun();
    box.compose("stop", "elasticsearch");
    await load.written();
    box.compose("start", "elasticsearch");
    await waitFor("a server that is well", isWell, patience);
    const wellAt = performance.now();
    const seconds = ((await load.settled(patience)) - wellAt) / 1000;
    const verdict = load.verdict();
    console.info(`L1: ${describeVerdict(verdict)}; all there ${seconds.toFixed(0)} s after the server was well`);
    expect(verdict).toMatchObject({ acknowledged: lines, found: lines, lost: 0, duplicate: 0 });
    expect(seconds).toBeLessThan(180);
  },
  outageSeconds * 1000 + 3 * patience,
);

test(
  "L1b the stream is rolled over while Filebeat cannot reach Elasticsearch: none is lost, at most one request is there twice",
  async () => {
    const lines = perSecond * rolloverSeconds;
    await using load = shipLines(box, { name: "rolled", perSecond, lines });
    await load.begun();
    const [network, container] = [`${box.project}_store`, box.compose("ps", "--quiet", "filebeat").trim()];
    // Cut in the middle of a request, which may have been carried out although nobody has heard of it.
    docker("network", "disconnect", network, container);
    expect(box.elasticsearch(`/${stream}/_rollover`, {})).toMatchObject({ rolled_over: true });
    await load.written();
    docker("network", "connect", network, container);
    await load.settled(patience);
    const verdict = load.verdict();
    const ids = new Set(load.documents().map(({ id }) => id));
    console.info(`L1b: ${describeVerdict(verdict)}`);
    expect(verdict).toMatchObject({ acknowledged: lines, found: lines, lost: 0 });
    expect(verdict.duplicate).toBeLessThanOrEqual(bulkEvents);
    // What is there twice has the same id, so that it can be told and removed.
    expect(ids.size).toBe(lines);
  },
  rolloverSeconds * 1000 + 2 * patience,
);

function isWell(): boolean {
  const { status = "" } = box.elasticsearch<{ status?: string }>("/_cluster/health");
  return ["green", "yellow"].includes(status);
}

function docker(...args: readonly string[]): void {
  execFileSync("docker", args, { stdio: ["ignore", "ignore", "pipe"] });
}
