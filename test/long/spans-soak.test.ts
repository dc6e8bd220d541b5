/**
 * Row K9, shortened: half an hour of 100 requests a second with an outage every five minutes, each of another kind.
 * Memory, sockets and files must not grow from one outage to the next.
 */
import { readdir } from "node:fs/promises";
import { expect, test } from "vitest";
import { startFaultyReceiver } from "../helpers/faulty-receiver.ts";
import type { Behaviour } from "../helpers/faulty-receiver.ts";
import { vitalsOf } from "../helpers/backend-faults.ts";
import { register, startProgram } from "../helpers/run-program.ts";
import { slopePerHour } from "../helpers/slope.ts";
import { statusOf } from "../helpers/span-outage.ts";
import { runSteadyLoad } from "../helpers/steady-load.ts";
import { waitFor } from "../helpers/wait-for.ts";

const perSecond = 100;
const everySeconds = 10;
const outageSeconds = 60;
const outages: readonly Behaviour[] = [
  "refused",
  "black hole",
  "503",
  "429 with Retry-After 1 h",
  "1 byte/s",
  "refused",
];
const cycleSeconds = 300;

/**
 * V8 lets the young generation of an idle machine's process grow to hundreds of MiB of garbage, in steps that come minutes
 * apart. Kept small, resident memory shows what the process holds; collected before each sample, so does the heap.
 */
const flags = [...register, "--max-semi-space-size=4", "--expose-gc"];

test(
  `${(outages.length * cycleSeconds) / 60} minutes with an outage every ${cycleSeconds / 60}: no span is lost, and nothing grows`,
  { timeout: (outages.length * cycleSeconds + 300) * 1000 },
  async () => {
    await using receiver = await startFaultyReceiver();
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_METRICS_EXPORTER: "prometheus,otlp",
      OTEL_METRIC_EXPORT_INTERVAL: "5000",
      OTEL_BSP_SCHEDULE_DELAY: undefined,
      OBSBOX_LOG_REQUESTS: "false",
    };
    await using program = startProgram("fault-service.mjs", { flags, env });
    const port = await program.port();
    const load = (seconds: number) =>
      runSteadyLoad([port], { perSecond, seconds, path: (each) => `/orders/${each % 1000}` });
    const samples: { rssMiB: number; heapMiB: number; files: number; connections: number }[] = [];
    for (const outage of outages) {
      for (let second = 0; second < cycleSeconds; second += everySeconds) {
        if (second === 0) await receiver.become(outage);
        if (second === outageSeconds) await receiver.become("healthy");
        await load(everySeconds);
        const { rssMiB, heapMiB } = await vitalsOf(port);
        const files = (await readdir(`/proc/${program.child.pid}/fd`)).length;
        samples.push({ rssMiB, heapMiB, files, connections: receiver.connections() });
      }
      const last = samples.at(-1);
      process.stdout.write(
        `after ${outage}: ${last?.rssMiB.toFixed(1)} MiB, ${last?.heapMiB.toFixed(2)} MiB of it live heap, ` +
          `${last?.files} files, ${last?.connections} connections\n`,
      );
    }
    const books = await waitFor("the last spans", async () => {
      const status = await statusOf(program);
      return status.pending === 0 && status;
    });
    const perCycle = cycleSeconds / everySeconds;
    const ends = samples.filter((_, index) => index % perCycle === perCycle - 1);
    const slopeOf = (name: "rssMiB" | "heapMiB") =>
      slopePerHour(
        samples.slice(perCycle).map((sample) => sample[name]),
        everySeconds,
      );
    const slopes = { rss: slopeOf("rssMiB"), heap: slopeOf("heapMiB") };
    process.stdout.write(
      `after the first cycle ${slopes.rss.toFixed(1)} MiB/h of resident memory, ${slopes.heap.toFixed(2)} MiB/h of live ` +
        `heap; ${JSON.stringify(books)}\n`,
    );
    expect(books).toMatchObject({ failed: 0, made: books.sent });
    expect(receiver.taken()).toBe(books.sent - 1); // Without the span of the start.
    expect(slopes.rss).toBeLessThan(20);
    expect(slopes.heap).toBeLessThan(2);
    expect(Math.max(...ends.map(({ files }) => files)) - (ends[0]?.files ?? 0)).toBeLessThanOrEqual(4);
    expect(Math.max(...ends.map(({ connections }) => connections))).toBeLessThanOrEqual(8);
    expect(program.stderr()).not.toMatch(/unhandled/i);
  },
);
