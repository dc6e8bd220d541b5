/** Filebeat itself is killed, or stands still: it goes on from where it was. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { waitFor } from "../../helpers/wait-for.ts";
import { describeVerdict } from "../../reliability/ledger.ts";
import { removeFolders, written } from "../../reliability/line-program.ts";
import { kinds, openBox } from "../box/box.ts";
import type { Box } from "../box/box.ts";
import { queueEvents, sentBy, shipLines } from "./shipped-lines.ts";

const patience = 5 * 60_000;

let box: Box;

beforeAll(async () => {
  box = await openBox(kinds.shipped);
}, 12 * 60_000);
afterAll(removeFolders);

test(
  "L3 Filebeat is killed ten times in 50,000 lines: none is lost, none is there twice, and each start reads on from where the last one was",
  async () => {
    const [lines, perSecond, kills] = [50_000, 250, 10];
    await using load = shipLines(box, { name: "killed", perSecond, lines });
    let sent = -sentBy(box); // It may have run before.
    for (let kill = 1; kill <= kills; kill++) {
      await written(load.files, (kill * lines) / (kills + 1), 120_000);
      await waitFor("a Filebeat that sends", () => sentBy(box) > 0, 60_000);
      await sleep(Math.random() * 2000); // Anywhere between two requests.
      expect(load.program.child.exitCode, "lines are still written").toBeNull();
      sent += sentBy(box);
      box.compose("kill", "--signal", "SIGKILL", "filebeat");
      box.compose("start", "filebeat");
    }
    await load.written();
    await load.settled(patience);
    sent += sentBy(box);
    const verdict = load.verdict();
    console.info(`L3: ${describeVerdict(verdict)}; ${sent} sent in all`);
    expect(verdict).toMatchObject({ acknowledged: lines, found: lines, lost: 0, duplicate: 0 });
    // Without its registry it would begin each time with the first line of every file.
    expect(sent).toBeLessThan(lines + kills * 2 * queueEvents);
  },
  4 * 60_000 + 2 * patience,
);

test(
  "L5 a hundred files are begun while Filebeat stands still: none of their lines is lost",
  async () => {
    // Lines of a little more than 1,100 bytes, so that these are a hundred files of 1 MiB.
    const lines = 95_000;
    const env = { OBSBOX_LOG_FILE_BYTES: "1MiB", OBSBOX_LOG_FILE_COUNT: "200" };
    box.compose("pause", "filebeat");
    await using load = shipLines(box, { name: "frozen", perSecond: 1500, lines, textLength: 700, env });
    await load.written();
    expect(load.count()).toBe(0);
    box.compose("unpause", "filebeat");
    await load.settled(patience);
    const verdict = load.verdict();
    console.info(`L5: ${describeVerdict(verdict)}`);
    expect(verdict).toMatchObject({ acknowledged: lines, found: lines, lost: 0, duplicate: 0 });
  },
  3 * patience,
);
