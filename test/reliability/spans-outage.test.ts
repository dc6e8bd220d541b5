/**
 * Rows K2, K3 and K8: what becomes of spans while their receiver is away, beside OpenTelemetry as it comes; at the end
 * of a process; and how soon a service starts that reaches nobody. The long outage is in `test/long/spans-outage.test.ts`.
 */
import { describe, expect, test } from "vitest";
import type { Decoded } from "../../stack/embedded/otlp/decode.ts";
import { list, object } from "../../stack/embedded/otlp/read.ts";
import type { Answer, Behaviour } from "../helpers/faulty-receiver.ts";
import { freePort } from "../helpers/free-port.ts";
import { startOtlpReceiver } from "../helpers/otlp-receiver.ts";
import { register, startProgram } from "../helpers/run-program.ts";
import { runOutage } from "../helpers/span-outage.ts";
import { compare, describeVerdict, markOf } from "./ledger.ts";

/** Several requests are under way at the same time, so the order of spans is not promised. */
const complete = { lost: 0, duplicate: 0, corrupt: 0 };

describe("a receiver that is away", () => {
  test("for 60 s at 20 spans a second costs obsbox no span, and OpenTelemetry as it comes most of them", async () => {
    const outage = { perSecond: 20, seconds: [3, 60, 2], fault: "refused" } as const;
    const [ours, stock] = await Promise.all([
      runOutage({ sdk: "obsbox", ...outage }),
      runOutage({ sdk: "opentelemetry", ...outage }),
    ]);
    process.stdout.write(
      `60 s away: obsbox ${describeVerdict(ours.verdict)}; OpenTelemetry ${describeVerdict(stock.verdict)}\n`,
    );
    expect(ours.verdict).toMatchObject({ acknowledged: 1300, ...complete });
    // One more is the span of the start.
    expect(ours.books).toMatchObject({ made: 1301, sent: 1301, failed: 0, dropped: {} });
    expect(ours.stderr.trimEnd().split("\n").length).toBeLessThanOrEqual(2); // Once a minute.
    expect(ours.end).toBe("SIGTERM");
    expect(stock.verdict.lost).toBeGreaterThan(600);
  });

  test.each<[string, Behaviour | Answer]>([
    ["answers 503", "503"],
    ["does not know the token for a while", { status: 401, body: "who are you" }],
    ["asks for a pause of 2 s", { status: 429, headers: { "retry-after": "2" } }],
  ])("that %s costs no span", async (_what, fault) => {
    const { verdict, books, stderr } = await runOutage({ sdk: "obsbox", perSecond: 50, seconds: [2, 6, 2], fault });
    expect(verdict).toMatchObject({ acknowledged: 500, ...complete });
    expect(books).toMatchObject({ made: 501, sent: 501, failed: 0 });
    expect(stderr.trimEnd().split("\n")).toEqual([expect.stringContaining("[export-failed]")]);
  });

  test("for longer than memory lasts costs the oldest spans, and the count of the lost is exact", async () => {
    const env = { OBSBOX_TRACES_RETRY_BYTES: "64KiB" };
    const run = { sdk: "obsbox", perSecond: 200, seconds: [3, 10, 2], fault: "refused", env } as const;
    const { verdict, books } = await runOutage(run);
    process.stdout.write(`beyond 64 KiB: ${describeVerdict(verdict)}; counted ${JSON.stringify(books?.dropped)}\n`);
    expect(verdict.lost).toBeGreaterThan(300);
    expect(verdict.duplicate).toBe(0);
    expect(books).toMatchObject({ made: 3001, sent: 3001 - verdict.lost, dropped: { retry_full: verdict.lost } });
  });

  test("for longer than spans are kept costs them, and the count of the lost is exact", async () => {
    const env = { OBSBOX_TRACES_RETRY_MS: "2000" };
    const run = { sdk: "obsbox", perSecond: 50, seconds: [2, 12, 2], fault: "refused", env } as const;
    const { verdict, books } = await runOutage(run);
    expect(verdict.lost).toBeGreaterThan(50);
    expect(books?.dropped).toEqual({ retry_expired: verdict.lost });
  });
});

test("SIGTERM while the receiver is well loses no span, no log line and no value; the process ends within 2 s", async () => {
  const count = 3000;
  await using receiver = await startOtlpReceiver();
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_METRICS_EXPORTER: "otlp",
    OTEL_BSP_SCHEDULE_DELAY: "60000",
  };
  await using program = startProgram("last-words.mjs", { args: [String(count)], env });
  await program.port();
  const began = performance.now();
  const end = await program.end("SIGTERM");
  const endMs = performance.now() - began;
  const marksOf = (records: readonly Readonly<Record<string, unknown>>[]) =>
    records.map(markOf).filter((mark) => mark !== undefined);
  const made = Array.from({ length: count }, (_, seq) => ({ run: "last", producer: "words", seq }));
  const spans = compare(made, { marks: marksOf(receiver.spans.map(({ attributes }) => attributes)), corrupt: 0 });
  const lines = compare(made, { marks: marksOf(program.lines()), corrupt: 0 });
  process.stdout.write(
    `SIGTERM: spans ${describeVerdict(spans)}; lines ${describeVerdict(lines)}; after ${Math.round(endMs)} ms\n`,
  );
  expect(spans).toMatchObject(complete);
  expect(lines).toMatchObject({ ...complete, outOfOrder: 0 });
  expect(lastValue(receiver.metrics, "words.said")).toBe(count);
  expect([end, program.stderr()]).toEqual(["SIGTERM", ""]);
  expect(endMs).toBeLessThan(2000);
});

function lastValue(metrics: readonly Decoded[], name: string): number {
  const points = metrics
    .filter((metric) => metric["name"] === name)
    .flatMap((metric) => list(object(metric["sum"])["dataPoints"]));
  return Number(object(points.at(-1))["asDouble"]);
}

test("a service that reaches no backend starts as soon as one that has none", async () => {
  const nobody = `http://127.0.0.1:${await freePort()}`;
  const away = { OTEL_EXPORTER_OTLP_ENDPOINT: nobody, OTEL_METRICS_EXPORTER: "prometheus,otlp" };
  const times = { none: [] as number[], away: [] as number[] };
  for (let round = 0; round < 7; round++) {
    times.none.push(await startUpMs({}));
    times.away.push(await startUpMs(away));
  }
  const [none, withAway] = [median(times.none), median(times.away)];
  process.stdout.write(`ready after ${none} ms without a backend, ${withAway} ms with one that is away\n`);
  expect(withAway - none).toBeLessThan(Math.max(150, none));
});

async function startUpMs(env: Readonly<Record<string, string>>): Promise<number> {
  const began = performance.now();
  await using program = startProgram("users-app.mjs", { flags: register, env });
  await program.port();
  return Math.round(performance.now() - began);
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[values.length >> 1] ?? Number.NaN;
}
