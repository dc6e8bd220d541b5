import { createNoopMeter, TraceFlags } from "@opentelemetry/api";
import { emptyResource } from "@opentelemetry/resources";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { silenceDiagnostics } from "../../diagnostics.ts";
import type { Reply } from "../../otlp/post.ts";
import type { Encoding } from "./encodings.ts";
import { createDelivery } from "./index.ts";
import type { Delivery } from "./index.ts";

beforeEach(() => {
  silenceDiagnostics(true);
  vi.useFakeTimers();
});
afterEach(() => {
  silenceDiagnostics(false);
  vi.useRealTimers();
});

/** Names of spans, separated by blanks: a body shows what is in it. */
const names: Encoding = {
  contentType: "text/plain",
  encode(spans) {
    if (spans.some(({ name }) => name === "broken")) throw new Error("not to be encoded");
    return Buffer.from(spans.map(({ name }) => name).join(" "));
  },
  join: (parts) => Buffer.from(parts.map(String).join(" ")),
  readPartialSuccess: (body) => ({ rejected: Number(body.toString()), message: "too many" }),
};

type Behaviour = (body: string) => Reply | Promise<Reply>;

const answer = (status: number, retryAfter?: string, body = ""): Reply => ({
  status,
  retryAfter,
  body: Buffer.from(body),
});
const after = (ms: number, reply: Reply) => new Promise<Reply>((resolve) => setTimeout(resolve, ms, reply));
const timeout: Reply = { status: undefined, message: "no answer within 3000 ms", isTimeout: true };

const behaviours = {
  healthy: () => answer(200),
  slow: () => after(400, answer(200)),
  refusing: () => answer(400),
  "half refusing": (body: string) => answer(200, undefined, String(body.split(" ").length >> 1)),
  unavailable: () => answer(503),
  "asking for an hour": () => answer(429, "3600"),
  gone: (): Reply => ({ status: undefined, message: "connect ECONNREFUSED", isTimeout: false }),
  "a black hole": () => after(3000, timeout),
} satisfies Record<string, Behaviour>;

interface Harness extends Delivery {
  behaviour: Behaviour;
  /** Names of spans in bodies that were answered with 200, in the order of the answers. */
  readonly taken: string[];
  readonly requests: number[];
  readonly isClosed: () => boolean;
  end(name: string, flags?: TraceFlags): void;
}

interface Limits {
  readonly queueSize?: number;
  readonly batchSize?: number;
  readonly bytes?: number;
  readonly ageMs?: number;
  readonly random?: () => number;
}

function makeHarness({ queueSize = 40, batchSize = 8, bytes = 1000, ageMs = 600_000, random }: Limits = {}): Harness {
  let isClosed = false;
  const delivery = createDelivery({
    target: "http://receiver",
    queue: { queueSize, batchSize, delayMs: 1000 },
    backlog: { bytes, ageMs },
    encoding: names,
    compress: async (encoded) => encoded,
    compressNow: (encoded) => encoded,
    post: {
      async send(body) {
        harness.requests.push(performance.now());
        const reply = await harness.behaviour(String(body));
        if (reply.status === 200) harness.taken.push(...String(body).split(" "));
        return reply;
      },
      close: () => void (isClosed = true),
    },
    resource: emptyResource(),
    meterProvider: { getMeter: () => createNoopMeter() },
    ...(random && { random }),
  });
  const harness: Harness = {
    ...delivery,
    behaviour: behaviours.healthy,
    taken: [],
    requests: [],
    isClosed: () => isClosed,
    end(name, traceFlags = TraceFlags.SAMPLED) {
      const span = { name, spanContext: () => ({ traceFlags }) };
      delivery.processor.onEnd(span as ReadableSpan);
    },
  };
  return harness;
}

const lost = ({ status }: Delivery) =>
  Object.fromEntries([...status().counts.dropped].filter(([, spans]) => spans > 0));

function expectBalance({ status }: Delivery): void {
  const { made, delivered, dropped, pending } = status().counts;
  const sum = [...dropped.values()].reduce((total, spans) => total + spans, 0);
  expect({ made, pending: pending >= 0 }).toEqual({ made: delivered + sum + pending, pending: true });
}

type Step =
  | readonly ["end", number]
  | readonly ["wait", number]
  | readonly ["become", keyof typeof behaviours]
  | readonly ["flush"]
  | readonly ["break"];

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.tuple(fc.constant("end" as const), fc.integer({ min: 1, max: 60 })) },
  { weight: 5, arbitrary: fc.tuple(fc.constant("wait" as const), fc.constantFrom(0, 1, 200, 1000, 5000, 70_000)) },
  {
    weight: 3,
    arbitrary: fc.tuple(
      fc.constant("become" as const),
      fc.constantFrom(...(Object.keys(behaviours) as (keyof typeof behaviours)[])),
    ),
  },
  fc.constant(["flush"] as const),
  fc.constant(["break"] as const),
);

describe("whatever happens", () => {
  test("made = delivered + dropped + pending at every moment, no span is taken twice, and the bounds hold", async () => {
    const limits = fc.record({
      queueSize: fc.integer({ min: 1, max: 50 }),
      batchSize: fc.integer({ min: 1, max: 60 }),
      bytes: fc.integer({ min: 1, max: 500 }),
      ageMs: fc.constantFrom(0, 3000, 600_000),
      seed: fc.nat(),
    });
    await fc.assert(
      fc.asyncProperty(limits, fc.array(step, { maxLength: 40 }), async ({ seed, ...given }, steps) => {
        const harness = makeHarness({ ...given, random: lots(seed) });
        const ended: string[] = [];
        for (const [what, value] of steps) {
          if (what === "end") {
            for (let each = 0; each < value; each++) {
              ended.push(`s${ended.length}`);
              harness.end(`s${ended.length - 1}`);
            }
          } else if (what === "wait") await vi.advanceTimersByTimeAsync(value);
          else if (what === "become") harness.behaviour = behaviours[value];
          else if (what === "flush") void harness.processor.forceFlush();
          else harness.end("broken");
          expectBalance(harness);
        }
        const stopped = harness.processor.shutdown();
        for (const ms of [0, 1, 300]) {
          await vi.advanceTimersByTimeAsync(ms);
          harness.end(`s${ended.length}`);
          ended.push(`s${ended.length}`);
          expectBalance(harness);
        }
        await vi.advanceTimersByTimeAsync(60_000);
        await stopped;
        expectBalance(harness);
        const { made, delivered, pending } = harness.status().counts;
        expect({ pending, isClosed: harness.isClosed() }).toEqual({ pending: 0, isClosed: true });
        expect(made).toBe(ended.length + steps.filter(([what]) => what === "break").length);
        expect(new Set(harness.taken).size).toBe(harness.taken.length);
        expect(delivered).toBe(harness.taken.length - (lost(harness)["rejected"] ?? 0));
      }),
      { numRuns: 200 },
    );
  });
});

/** Numbers by lot that a seed repeats. */
function lots(seed: number): () => number {
  let state = seed % 2_147_483_647 || 1;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

const endMany = (harness: Harness, count: number, prefix = "s") => {
  for (let each = 0; each < count; each++) harness.end(`${prefix}${each}`);
};

describe("while all is well", () => {
  test("a full batch leaves at once, the rest after the delay, in the order in which spans ended", async () => {
    const harness = makeHarness();
    endMany(harness, 11);
    await vi.advanceTimersByTimeAsync(1);
    expect(harness.taken).toHaveLength(8);
    await vi.advanceTimersByTimeAsync(1010);
    expect(harness.taken).toEqual(Array.from({ length: 11 }, (_, each) => `s${each}`));
  });

  test("spans that are not sampled are none of its business", async () => {
    const harness = makeHarness();
    harness.end("unseen", TraceFlags.NONE);
    await harness.processor.forceFlush();
    expect([harness.status().counts.made, harness.requests]).toEqual([0, []]);
  });

  test("what comes faster than it can be encoded is dropped and counted", () => {
    const harness = makeHarness();
    endMany(harness, 45);
    expect(lost(harness)).toEqual({ queue_full: 5 });
  });

  test("a span that cannot be encoded takes nobody along", async () => {
    const harness = makeHarness();
    for (const name of ["a", "broken", "b"]) harness.end(name);
    await harness.processor.forceFlush();
    expect([harness.taken, lost(harness)]).toEqual([["a", "b"], { encoding_failed: 1 }]);
  });

  test("what the receiver does not take of a request is counted, and not sent again", async () => {
    const harness = makeHarness();
    harness.behaviour = behaviours["half refusing"];
    endMany(harness, 8);
    await harness.processor.forceFlush();
    expect(lost(harness)).toEqual({ rejected: 4 });
    expect(harness.status().counts).toMatchObject({ delivered: 4, pending: 0 });
    expect(harness.requests).toHaveLength(1);
  });

  test("what the receiver refuses for good is lost, and the next batch is sent without a pause", async () => {
    const harness = makeHarness();
    harness.behaviour = behaviours.refusing;
    endMany(harness, 8);
    await vi.advanceTimersByTimeAsync(1);
    harness.behaviour = behaviours.healthy;
    endMany(harness, 8, "later");
    await vi.advanceTimersByTimeAsync(1);
    expect([lost(harness), harness.taken.length]).toEqual([{ refused: 8 }, 8]);
  });
});

describe("while the receiver is away", () => {
  test("one request at a time asks whether it is back, after pauses that grow up to 30 s", async () => {
    const harness = makeHarness({ random: () => 1, bytes: 100_000 });
    harness.behaviour = behaviours.unavailable;
    endMany(harness, 24);
    await vi.advanceTimersByTimeAsync(200_000);
    const pauses = harness.requests
      .slice(1)
      .map((at, index) => Math.round((at - (harness.requests[index] ?? 0)) / 1000));
    expect(pauses.slice(0, 8)).toEqual([1, 2, 4, 8, 16, 30, 30, 30]);
    expect(Math.max(...pauses)).toBe(30);
    expect(harness.status()).toMatchObject({ isPaused: true, lastError: expect.stringContaining("503") });
  });

  test("when it is back everything arrives, the oldest first", async () => {
    const harness = makeHarness();
    harness.behaviour = behaviours.gone;
    for (let second = 0; second < 20; second++) {
      endMany(harness, 3, `${second}-`);
      await vi.advanceTimersByTimeAsync(1000);
    }
    expect(harness.taken).toEqual([]);
    harness.behaviour = behaviours.healthy;
    await vi.advanceTimersByTimeAsync(31_000);
    expect(harness.taken).toHaveLength(60);
    expect(harness.taken.slice(0, 3)).toEqual(["0-0", "0-1", "0-2"]);
    expect(harness.status()).toMatchObject({ isPaused: false, counts: { pending: 0, pendingBytes: 0 } });
  });

  test("several that fail together keep their order", async () => {
    const harness = makeHarness({ random: () => 1 });
    const delays = [200, 300, 100];
    harness.behaviour = () => after(delays.shift() ?? 0, answer(503));
    endMany(harness, 24);
    await vi.advanceTimersByTimeAsync(310);
    expect(harness.requests).toHaveLength(3);
    harness.behaviour = behaviours.healthy;
    await vi.advanceTimersByTimeAsync(5000);
    expect(harness.taken).toEqual(Array.from({ length: 24 }, (_, each) => `s${each}`));
  });

  test("what it asks for is waited for, up to a minute", async () => {
    const harness = makeHarness();
    harness.behaviour = behaviours["asking for an hour"];
    harness.end("a");
    await vi.advanceTimersByTimeAsync(1010);
    expect(harness.requests).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(59_900);
    expect(harness.requests).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(200);
    expect(harness.requests).toHaveLength(2);
  });

  test("what it has asked for is forgotten as soon as it takes something", async () => {
    const harness = makeHarness();
    const answers = [after(100, answer(429, "3600")), after(200, answer(200)), after(300, answer(503))];
    harness.behaviour = () => answers.shift() ?? answer(200);
    endMany(harness, 24);
    await vi.advanceTimersByTimeAsync(3000);
    expect(harness.taken).toHaveLength(24);
  });

  test("beyond its bytes the oldest are dropped", async () => {
    const harness = makeHarness({ bytes: 60 });
    harness.behaviour = behaviours.gone;
    for (let batch = 0; batch < 9; batch++) {
      endMany(harness, 8, `${batch}`);
      await vi.advanceTimersByTimeAsync(50);
    }
    expect(lost(harness)).toEqual({ retry_full: 56 });
    expect(harness.status().counts.pendingBytes).toBeLessThanOrEqual(60);
    harness.behaviour = behaviours.healthy;
    await vi.advanceTimersByTimeAsync(31_000);
    expect(harness.taken).toEqual(["7", "8"].flatMap((batch) => Array.from({ length: 8 }, (_, each) => batch + each)));
  });

  test("beyond their age they are dropped", async () => {
    const harness = makeHarness({ ageMs: 20_000 });
    harness.behaviour = behaviours.gone;
    endMany(harness, 5);
    await vi.advanceTimersByTimeAsync(90_000);
    expect([lost(harness), harness.status().counts.pending]).toEqual([{ retry_expired: 5 }, 0]);
  });
});

describe("the end", () => {
  test("sends all that there is, also what is being encoded", async () => {
    const harness = makeHarness();
    endMany(harness, 37);
    const stopped = harness.processor.shutdown();
    await vi.advanceTimersByTimeAsync(10);
    await stopped;
    expect([harness.taken.length, harness.status().counts.pending]).toEqual([37, 0]);
  });

  test("spans that end afterwards are counted as lost", async () => {
    const harness = makeHarness();
    await harness.processor.shutdown();
    harness.end("late");
    expect(lost(harness)).toEqual({ shutdown: 1 });
    expectBalance(harness);
  });

  test.each(["unavailable", "asking for an hour", "gone", "a black hole"] as const)(
    "waits no longer than one request when the receiver is %s, and counts what is lost",
    async (behaviour) => {
      const harness = makeHarness();
      harness.behaviour = behaviours[behaviour];
      endMany(harness, 12);
      await vi.advanceTimersByTimeAsync(10_000);
      let isStopped = false;
      const stopped = harness.processor.shutdown().then(() => (isStopped = true));
      await vi.advanceTimersByTimeAsync(3500);
      expect(isStopped).toBe(true);
      await stopped;
      expect(lost(harness)).toEqual({ shutdown: 12 });
    },
  );

  test("tries even a receiver that has asked for a pause", async () => {
    const harness = makeHarness();
    harness.behaviour = behaviours["asking for an hour"];
    endMany(harness, 12);
    await vi.advanceTimersByTimeAsync(5000);
    harness.behaviour = behaviours.healthy;
    const stopped = harness.processor.shutdown();
    await vi.advanceTimersByTimeAsync(100);
    await stopped;
    expect(harness.taken).toHaveLength(12);
  });

  test("a second call waits for the first", async () => {
    const harness = makeHarness();
    harness.behaviour = behaviours.slow;
    endMany(harness, 3);
    const both = Promise.all([
      harness.processor.shutdown(),
      harness.processor.shutdown(),
      harness.processor.forceFlush(),
    ]);
    await vi.advanceTimersByTimeAsync(500);
    await both;
    expect(harness.requests).toHaveLength(1);
  });

  test("a process that cannot wait gets all that has not arrived, once", async () => {
    const harness = makeHarness();
    harness.behaviour = behaviours.gone;
    endMany(harness, 12);
    await vi.advanceTimersByTimeAsync(5000);
    endMany(harness, 3, "new");
    const bodies = harness.takeUnsent().map(({ body, spans }) => [String(body).split(" ").length, spans]);
    expect(bodies).toEqual([
      [8, 8],
      [4, 4],
      [3, 3],
    ]);
    expect(harness.takeUnsent()).toEqual([]);
  });
});
