import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Connection, Reply } from "./connection.ts";
import { Pack } from "./pack.ts";
import type { Ends } from "./pack.ts";
import { Sender } from "./sender.ts";
import { openSpool } from "./spool.ts";
import type { Spool } from "./spool.ts";

const timings = {
  batchBytes: 1000,
  batchMs: 1,
  requestMs: 50,
  retryMinMs: 1,
  retryMaxMs: 2,
  retryAfterMaxMs: 5,
  endMs: 50,
};

/** A server in memory: each request meets the next fault, and after the last one the server is well. */
function serverWith(faults: readonly Fault[]) {
  const stored = new Map<string, number>();
  const requests: string[][] = [];
  const waiting = [...faults];
  const store = (id: string) => {
    const isNew = !stored.has(id);
    stored.set(id, (stored.get(id) ?? 0) + (isNew ? 1 : 0));
    return { create: { status: isNew ? 201 : 409 } };
  };
  const connection: Connection = {
    async post(body, signal) {
      const ids = [...body.toString().matchAll(/"_id":"([^"]+)"/g)].map((match) => match[1] ?? "");
      requests.push(ids);
      return answer(waiting.shift() ?? "none", { ids, signal, store });
    },
  };
  return { connection, stored, requests };
}

interface Exchange {
  readonly ids: readonly string[];
  readonly signal: AbortSignal;
  readonly store: (id: string) => object;
}

const faults = [
  "none",
  "busy",
  "busy for some",
  "unavailable",
  "refused",
  "answer lost",
  "hanging",
  "small",
  "unreadable",
] as const;
type Fault = (typeof faults)[number];

async function answer(fault: Fault, { ids, signal, store }: Exchange): Promise<Reply> {
  const reply = (status: number, body: unknown) => ({ status, body: JSON.stringify(body), retryAfterMs: 0 });
  const items = (of: (id: string, at: number) => object) => reply(200, { items: ids.map(of) });
  const error = (status: number) => reply(status, { error: { type: "some_exception", reason: "why" } });
  const poison = ids.some((id) => id.endsWith("-13"));
  switch (fault) {
    case "busy":
      return error(429);
    case "busy for some":
      return items((id, at) => (at % 3 === 0 ? { create: { status: 429 } } : store(id)));
    case "unavailable":
      return error(503);
    case "refused":
      throw new Error("connect ECONNREFUSED");
    case "answer lost":
      ids.map(store);
      throw new Error("socket hang up");
    case "hanging":
      await new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(new Error("aborted"))));
      throw new Error("never");
    case "small":
      return ids.length > 2 ? error(413) : items(store);
    case "unreadable":
      return poison ? error(400) : items(store);
    default:
      return items(store);
  }
}

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "obsbox-sender-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

interface Setup {
  readonly connection: Connection;
  readonly spool?: Spool | undefined;
  readonly queueBytes?: number;
}

function senderTo({ connection, spool, queueBytes = 1024 ** 2 }: Setup) {
  const ends: Record<string, number> = {};
  const reports: string[] = [];
  const count = (more: Ends) => {
    for (const [end, lines] of Object.entries(more)) ends[end] = (ends[end] ?? 0) + lines;
  };
  const sender = new Sender({
    settings: { stream: "logs-orders-default", queueBytes, timings },
    connection,
    spool,
    report: (code) => void reports.push(code),
    onSpoolEnds: count,
  });
  let next = 0;
  const add = (lines: number) => {
    const text = Array.from({ length: lines }, () => `{"event.id":"p-${next++}","message":"order placed"}\n`).join("");
    sender.add(new Pack(Buffer.from(text), count));
  };
  return { sender, add, ends, reports, running: sender.run() };
}

const openIn = (service: string) => openSpool({ dir, service, maxBytes: 1024 ** 2, onLost: () => {} });

test("lines that come together are one request, no larger than a batch", async () => {
  const server = serverWith([]);
  const { sender, add, ends, running } = senderTo(server);
  add(5);
  await sender.flush(1000);
  expect(server.requests).toEqual([["p-0", "p-1", "p-2", "p-3", "p-4"]]);
  add(100);
  await sender.flush(1000);
  expect(server.requests.length).toBeGreaterThan(4);
  expect(ends).toEqual({ delivered: 105 });
  sender.end(100);
  await running;
});

test("lines wait for others no longer than they should", async () => {
  const server = serverWith([]);
  const { sender, add, running } = senderTo(server);
  add(1);
  for (let tries = 0; server.stored.size === 0 && tries < 500; tries++) await sleep(1);
  expect(server.stored.size).toBe(1);
  sender.end(100);
  await running;
});

test("one line that spoils requests is found and lost, all others arrive", async () => {
  const server = serverWith(Array.from({ length: 60 }, () => "unreadable" as const));
  const { sender, add, ends, running } = senderTo(server);
  add(40);
  while ((ends["delivered"] ?? 0) < 39) await sleep(1);
  expect(ends).toEqual({ delivered: 39, "elasticsearch-rejected": 1 });
  expect(server.stored.has("p-13")).toBe(false);
  sender.end(100);
  await running;
});

test("a request that is too large is sent in parts", async () => {
  const server = serverWith(Array.from({ length: 6 }, () => "small" as const));
  const { sender, add, ends, running } = senderTo(server);
  add(16);
  while ((ends["delivered"] ?? 0) < 16) await sleep(1);
  expect(ends).toEqual({ delivered: 16 });
  expect(server.requests.slice(0, 4).map((ids) => ids.length)).toEqual([16, 8, 4, 2]);
  sender.end(100);
  await running;
});

test("a lost answer makes no second document", async () => {
  const server = serverWith(["answer lost"]);
  const { sender, add, ends, running } = senderTo(server);
  add(5);
  while ((ends["delivered"] ?? 0) < 5) await sleep(1);
  expect(server.requests).toHaveLength(2);
  expect([...server.stored.values()]).toEqual([1, 1, 1, 1, 1]);
  sender.end(100);
  await running;
});

describe("without a spool", () => {
  test("the memory has a bound, the oldest lines go and are counted", async () => {
    const server = serverWith(Array.from({ length: 1000 }, () => "refused" as const));
    const { sender, add, ends, reports, running } = senderTo({ ...server, queueBytes: 8000 });
    for (let round = 0; round < 40; round++) {
      add(10);
      await sleep(1);
    }
    sender.end(20);
    await running;
    expect(ends["elasticsearch-queue-full"]).toBeGreaterThan(150);
    expect((ends["elasticsearch-queue-full"] ?? 0) + (ends["elasticsearch-end"] ?? 0)).toBe(400);
    expect(reports).toContain("elasticsearch-unreachable");
  });

  test("the end tries once more", async () => {
    const server = serverWith(["refused", "refused", "refused"]);
    const { sender, add, ends, running } = senderTo(server);
    add(3);
    while (server.requests.length < 3) await sleep(1);
    sender.end(100);
    await running;
    expect(ends).toEqual({ delivered: 3 });
  });
});

describe("with a spool", () => {
  test("lines go there from the second failure on, and from there to the server", async () => {
    const server = serverWith(["refused", "refused", "refused"]);
    const { sender, add, ends, running } = senderTo({ ...server, spool: openIn("orders") });
    add(5);
    while ((ends["spooled"] ?? 0) < 5) await sleep(1);
    while ((ends["delivered"] ?? 0) < 5) await sleep(1);
    expect(ends).toEqual({ spooled: 5, delivered: 5 });
    expect(readdirSync(dir)).toEqual([]);
    sender.end(100);
    await running;
  });

  test("a flush does not wait for a server that hangs: lines are in the spool when it is over", async () => {
    const server = serverWith(["hanging"]);
    const { sender, add, ends, running } = senderTo({ ...server, spool: openIn("orders") });
    add(5);
    await sender.flush(10);
    expect(ends).toEqual({ spooled: 5 });
    sender.end(10);
    await running;
  });

  test("the end spools what the server does not take in time", async () => {
    const server = serverWith(["hanging"]);
    const { sender, add, ends, running } = senderTo({ ...server, spool: openIn("orders") });
    add(5);
    sender.end(10);
    await running;
    expect(ends).toEqual({ spooled: 5 });
  });

  test("a disk that is full costs nothing as long as there is memory", async () => {
    const full = openIn("orders");
    full.append = () => {
      throw new Error("ENOSPC");
    };
    const server = serverWith(["refused", "refused", "refused"]);
    const { sender, add, ends, reports, running } = senderTo({ ...server, spool: full });
    add(5);
    while ((ends["delivered"] ?? 0) < 5) await sleep(1);
    expect(ends).toEqual({ delivered: 5 });
    expect(reports).toContain("elasticsearch-spool");
    sender.end(100);
    await running;
  });
});

test("whatever the server does, each line comes to one end, and none is there twice", async () => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...faults), { maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 }),
      fc.boolean(),
      async (list, sizes, hasSpool) => {
        const server = serverWith(list);
        const spool = hasSpool ? openIn(`run-${run++}`) : undefined;
        const { sender, add, ends, running } = senderTo({ ...server, spool });
        let made = 0;
        for (const size of sizes) {
          add(size);
          made += size;
          await sleep(1);
        }
        sender.end(200);
        await running;
        const {
          spooled = 0,
          delivered = 0,
          "elasticsearch-rejected": rejected = 0,
          "elasticsearch-end": unsent = 0,
        } = ends;
        let left = 0;
        for (let file = spool?.take(); file !== undefined; file = spool?.take()) {
          left += file.bytes.toString().split("\n").length - 1;
          spool?.remove(file.name);
        }
        // What has left the spool is delivered or refused; a file of which some is delivered stays until all is.
        expect(delivered + rejected + unsent + left).toBe(made);
        expect(left).toBeLessThanOrEqual(spooled);
        expect(server.stored.size + rejected + unsent + left).toBeGreaterThanOrEqual(made);
      },
    ),
    { numRuns: 60 },
  );
}, 60_000);
