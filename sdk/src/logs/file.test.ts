import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { silenceDiagnostics } from "../diagnostics.ts";
import { createFileSink } from "./file.ts";
import { droppedRecords } from "./losses.ts";

// The real file system, on which a disk can be full.
vi.mock("node:fs", async (load) => {
  const fs = await load<typeof import("node:fs")>();
  return { ...fs, writeSync: vi.fn<typeof writeSync>(fs.writeSync) };
});
const disk = vi.mocked<(fd: number, bytes: Buffer) => number>(writeSync);

let dir: string;

beforeEach(() => {
  silenceDiagnostics(true);
  dir = mkdtempSync(join(tmpdir(), "obsbox-file-"));
});
afterEach(() => {
  vi.useRealTimers();
  silenceDiagnostics(false);
  rmSync(dir, { recursive: true });
});

const open = (settings = {}) => createFileSink({ dir, service: "orders", fileBytes: 1000, fileCount: 3, ...settings });
const files = () => readdirSync(dir).toSorted();
const linesOf = (name: string) => readFileSync(join(dir, name), "utf8").split("\n").slice(0, -1);
const bodies = () => files().map((name) => linesOf(name).slice(1));
const dropped = () => droppedRecords().get("file-write") ?? 0;
const numbered = (count: number) => Array.from({ length: count }, (_, index) => `{"n":${index}}`);

describe("a log file", () => {
  test("has a header that is different in each, and then the lines as they came", () => {
    const sink = open();
    for (const line of numbered(3)) sink.write(`${line}\n`);
    open();
    const [first, second] = files().map(linesOf);
    expect([first?.slice(1), second?.slice(1)]).toEqual(expect.arrayContaining([[], numbered(3)]));
    const headers = [first, second].map((lines) => JSON.parse(lines?.[0] ?? ""));
    expect(headers[0]).toMatchObject({ "service.name": "orders", "event.action": "log-file-opened" });
    expect(headers[0]["log.file.id"]).not.toBe(headers[1]["log.file.id"]);
    // Shippers look at the first 128 bytes: the better part of the id is among them.
    const id: string = headers[0]["log.file.id"];
    expect(first?.[0]?.indexOf(id.slice(0, 16))).toBeLessThan(112);
    expect(headers[0]["event.dataset"]).toBe("orders");
  });

  test.each([
    ["orders", /^orders\.\d{8}T\d{9}Z\.\d+\.[0-9a-f]{8}\.ndjson$/],
    ["@acme/orders.eu", /^_acme_orders_eu\./],
    ["../../etc/passwd", /^______etc_passwd\./],
  ])("of the service %s has a name that stays in the folder", (service, name) => {
    open({ service });
    expect(files()).toEqual([expect.stringMatching(name)]);
  });

  test("is left for the next one once it has reached its size", () => {
    const sink = open({ fileCount: 100 });
    for (const line of numbered(300)) sink.write(`${line}\n`);
    const all = files().map((name) => readFileSync(join(dir, name)));
    expect(all.length).toBeGreaterThan(3);
    expect(all.slice(0, -1).every(({ length }) => length >= 1000 && length < 1000 + 20)).toBe(true);
    expect(bodies().flat()).toEqual(numbered(300));
  });
});

describe("of all files", () => {
  test("the newest are kept, even when several begin in one millisecond", () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const sink = open({ fileBytes: 1, fileCount: 4 });
    for (const line of numbered(50)) sink.write(`${line}\n`);
    expect(bodies().flat()).toEqual(numbered(50).slice(-4));
  });

  test("the one that is written to is kept, even when the system clock is set back", () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const sink = open({ fileBytes: 1, fileCount: 2 });
    for (const line of numbered(5)) {
      vi.setSystemTime(Date.now() - 60_000);
      sink.write(`${line}\n`);
    }
    expect(bodies().flat()).toContain('{"n":4}');
    vi.setSystemTime(Date.now() - 3_600_000);
    open({ fileCount: 2 }).write('{"n":"after a restart"}\n');
    expect(bodies().flat()).toContain('{"n":"after a restart"}');
  });

  test("those of ended processes go, those of living processes and of others stay", () => {
    const { pid: ended } = spawnSync(process.execPath, ["--version"]);
    const old = (pid: number) => `orders.20200101T000000000Z.${pid}.0123abcd.ndjson`;
    const others = [
      old(process.ppid),
      "orders.2020.notes.mine.ndjson",
      "payments.20200101T000000000Z.1.0123abcd.ndjson",
      "orders.csv",
    ];
    for (const name of [old(ended), ...others]) writeFileSync(join(dir, name), "");
    const sink = open({ fileBytes: 1, fileCount: 2 });
    for (const line of numbered(3)) sink.write(`${line}\n`);
    expect(files()).toEqual(expect.arrayContaining(others));
    expect(files()).not.toContain(old(ended));
    expect(files()).toHaveLength(others.length + 2);
  });
});

describe("on a full disk", () => {
  const full = () => {
    throw new Error("ENOSPC: no space left on device");
  };

  test("a line is counted as lost instead of throwing, and the next ones are written again", () => {
    const sink = open();
    const before = dropped();
    disk.mockImplementationOnce(full);
    for (const line of numbered(2)) sink.write(`${line}\n`);
    expect(dropped()).toBe(before + 1);
    expect(bodies()).toEqual([['{"n":1}']]);
  });

  test("a line that was written in part does not spoil the next one", () => {
    const sink = open();
    const before = dropped();
    disk.mockImplementationOnce((fd, bytes) => disk(fd, bytes.subarray(0, 4)));
    for (const line of numbered(3)) sink.write(`${line}\n`);
    expect(dropped()).toBe(before + 1);
    expect(bodies()).toEqual([['{"n"', '{"n":1}', '{"n":2}']]);
  });

  test("a file whose header does not fit is not left behind, and the next line tries again", () => {
    const sink = open({ fileBytes: 1 });
    sink.write('{"n":0}\n');
    const before = files();
    disk.mockImplementationOnce(full);
    sink.write('{"n":1}\n');
    expect(files()).toEqual(before);
    sink.write('{"n":2}\n');
    expect(bodies().flat()).toEqual(['{"n":0}', '{"n":2}']);
  });
});

test("a folder that cannot be made is said at once", () => {
  writeFileSync(join(dir, "file"), "");
  expect(() => open({ dir: join(dir, "file", "logs") })).toThrow(/ENOTDIR|EEXIST|ENOENT/);
});
