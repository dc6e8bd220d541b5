import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { memoryOf } from "../helpers/process-memory.ts";
import { startBox } from "../helpers/start-box.ts";
import type { Box } from "../helpers/start-box.ts";
import { waitFor } from "../helpers/wait-for.ts";

interface Log {
  readonly message: string;
  readonly service: string;
  readonly severity: number;
  readonly timeUs: number;
  readonly attributes: Readonly<Record<string, unknown>>;
}

interface Kind {
  readonly service: string;
  readonly severity: number;
  readonly message: (number: number) => string;
}

const lines = 1_000_000;
const batchSize = 2000;
const batchesAtOnce = 2;
const maxMs = 1000;
const rounds = 5;

const hourMs = 3_600_000;
const spanMs = 8 * hourMs;
const beganMs = Date.now() - spanMs;
const timeOf = (number: number) => beganMs + (number / lines) * spanMs;
const microseconds = (number: number) => Math.round(timeOf(number)) * 1000;

const info = { severity: 9 };
const kinds: readonly Kind[] = [
  { ...info, service: "gateway", message: (n) => `GET /shop/orders/${n} 200 ${n % 300} ms` },
  { ...info, service: "gateway", message: (n) => `POST /shop/orders 201 ${n % 700} ms` },
  { ...info, service: "orders", message: (n) => `order ${n} placed by customer-${n % 5000}` },
  { ...info, service: "orders", message: (n) => `order ${n} paid` },
  { ...info, service: "payments", message: (n) => `card charged for order ${n}` },
  { severity: 5, service: "users", message: (n) => `cache miss for user:${n % 20_000}` },
  { ...info, service: "stock", message: (n) => `stock of article-${n % 800} is ${n % 97} pieces` },
  { severity: 13, service: "stock", message: (n) => `slow query on warehouse ${n % 12}: ${n % 4000} ms` },
  { ...info, service: "mail", message: (n) => `mail to customer-${n % 5000} sent` },
];
const refusal: Kind = {
  severity: 17,
  service: "payments",
  message: (n) => `payment of order ${n} refused by the bank`,
};

/** The one of a hundred lines is an error; few lines have words of their own. */
function kindOf(number: number): Kind {
  return number % 100 === 0 ? refusal : (kinds[number % kinds.length] ?? refusal);
}

function wordsOf(number: number): string {
  if (number >= lines / 2 && number < lines / 2 + 150) return " halfway";
  return number % (lines / 4) === 7 ? " quasar" : "";
}

let box: Box;
let ingestSeconds: number;

beforeAll(async () => {
  box = await startBox({ isBuilt: true, options: ["--retention", "2GiB"] });
  const began = performance.now();
  let next = 0;
  const sendAll = async () => {
    for (let first = next; first < lines; first = next) {
      next += batchSize;
      const response = await box.send("logs", batch(first));
      if (response.status !== 200) throw new Error(`the box answered ${response.status}: ${await response.text()}`);
      await response.arrayBuffer();
    }
  };
  await Promise.all(Array.from({ length: batchesAtOnce }, sendAll));
  ingestSeconds = (performance.now() - began) / 1000;
});
afterAll(() => box[Symbol.asyncDispose]());

test("a million lines are there", async () => {
  const status = await waitFor("the last lines", async () => {
    const now = await box.get<{ logs: number; dropped: number; bytes: number }>("/api/status");
    return now.logs + now.dropped >= lines && now;
  });
  const { peakMiB } = await memoryOf(box.program.child.pid);
  process.stdout.write(
    `${lines} lines in ${ingestSeconds.toFixed(0)} s, window of ${(status.bytes / 1024 ** 2).toFixed(0)} MiB, ` +
      `${peakMiB.toFixed(0)} MiB of memory at the most\n`,
  );
  expect(status).toMatchObject({ logs: lines, dropped: 0 });
  const [oldest] = await box.get<Log[]>(`/api/logs?toUs=${microseconds(0)}`);
  expect(oldest?.message).toBe("payment of order 0 refused by the bank");
});

describe(`within ${maxMs} ms`, () => {
  const middle = `fromUs=${microseconds(lines / 2)}&toUs=${microseconds(lines / 2) + hourMs * 1000}`;
  const oldest = `fromUs=${microseconds(0)}&toUs=${microseconds(lines / 1000)}`;
  const has = (pattern: RegExp) => (log: Log) => pattern.test(`${log.message} ${JSON.stringify(log.attributes)}`);

  test.each<[string, string, number, (log: Log) => boolean]>([
    ["the newest lines", "", 200, () => true],
    ["a word in the middle of the range", "text=halfway", 150, has(/halfway/)],
    ["a rare word", "text=quasar", 3, has(/quasar/)],
    ["a common word", "text=order", 200, has(/order/)],
    ["the beginning of a common word", "text=ord", 200, has(/\bord/)],
    ["one number of a million", "text=order+654321", 1, has(/order 654321 /)],
    ["a phrase", "text=refused+by+the+bank", 200, has(/refused by the bank/)],
    ["a phrase in the oldest lines", `text=refused+by+the+bank&${oldest}`, 11, has(/refused by the bank/)],
    ["a common word in the oldest lines", `text=order&${oldest}`, 200, has(/order/)],
    ["a common word in an hour of the middle", `text=order&${middle}`, 200, has(/order/)],
    ["level, service and an hour", `level=error&service=payments&${middle}`, 200, ({ severity }) => severity === 17],
    ["level, service, an hour and a word", `level=error&service=payments&text=bank&${middle}`, 200, has(/bank/)],
    ["a level and a common word", "level=error&text=order", 200, ({ severity }) => severity === 17],
    ["a level that no line has", "level=fatal", 0, () => false],
    ["a level that no line of the service has", "level=error&service=gateway", 0, () => false],
    ["a level that no line with a common word has", "level=fatal&text=order", 0, () => false],
    ["a word that no line of the service has", "service=mail&text=order", 0, () => false],
    ["the oldest lines", oldest, 200, () => true],
    ["a word that is nowhere", "text=nowhere", 0, () => false],
    ["two common words that never meet", "text=customer+query", 0, () => false],
    ["a page in the middle", `before=${lines / 2}`, 200, () => true],
    ["a page of a common word in the middle", `text=order&before=${lines / 2}`, 200, has(/order/)],
    ["a service that is not there", "service=nobody", 0, () => false],
  ])("%s", async (name, query, count, isRight) => {
    const times: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const began = performance.now();
      const found = await box.get<Log[]>(`/api/logs?${query}`);
      times.push(performance.now() - began);
      expect(found).toHaveLength(count);
      expect(found.filter((log) => !isRight(log))).toEqual([]);
    }
    const [fastest = 0, ...slower] = times.toSorted((a, b) => a - b);
    const median = slower[Math.floor(rounds / 2) - 1] ?? fastest;
    const worst = slower.at(-1) ?? fastest;
    process.stdout.write(
      `${name.padEnd(46)} median ${median.toFixed(1).padStart(7)} ms  worst ${worst.toFixed(1)} ms\n`,
    );
    expect(worst).toBeLessThan(maxMs);
  });
});

/** One request: records of all services, in OTLP/JSON. */
function batch(first: number): object {
  const byService = new Map<string, object[]>();
  for (let number = first; number < Math.min(lines, first + batchSize); number++) {
    const kind = kindOf(number);
    const records = byService.get(kind.service) ?? [];
    byService.set(kind.service, records);
    records.push({
      timeUnixNano: `${microseconds(number)}000`,
      severityNumber: kind.severity,
      body: { stringValue: kind.message(number) + wordsOf(number) },
      traceId: number.toString(16).padStart(32, "a"),
      spanId: number.toString(16).padStart(16, "b"),
      attributes: [
        { key: "http.request.id", value: { stringValue: `r${(number * 2_654_435_761) % 4_294_967_296}` } },
        { key: "labels.attempt", value: { intValue: String(number % 3) } },
      ],
    });
  }
  return {
    resourceLogs: [...byService].map(([service, logRecords]) => ({
      resource: { attributes: [{ key: "service.name", value: { stringValue: service } }] },
      scopeLogs: [{ logRecords }],
    })),
  };
}
