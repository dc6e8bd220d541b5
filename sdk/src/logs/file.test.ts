import { spawnSync } from "node:child_process";
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
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
const { writeSync: writeReally } = await vi.importActual<typeof import("node:fs")>("node:fs");

let dir: string;

beforeEach(() => {
  silenceDiagnostics(true);
  dir = mkdtempSync(join(tmpdir(), "obsbox-file-"));
});
afterEach(() => {
  vi.useRealTimers();
  disk.mockImplementation(writeReally);
  silenceDiagnostics(false);
  rmSync(dir, { recursive: true });
});

const gib = 1024 ** 3;
const open = (settings = {}) =>
  createFileSink({ dir, service: "orders", fileBytes: 1000, fileCount: 3, totalBytes: gib, ...settings });
const files = () => readdirSync(dir).toSorted();
const linesOf = (name: string) => readFileSync(join(dir, name), "utf8").split("\n").slice(0, -1);
const bodies = () => files().map((name) => linesOf(name).slice(1));
const dropped = (reason: string) => droppedRecords().get(reason) ?? 0;
const numbered = (count: number) => Array.from({ length: count }, (_, index) => `{"n":${index}}`);

/** A file as another process names it, of the year 2020. */
const fileOf = ({ host = hostname(), pid = 1, writer = "0123abcd", second = 0 }) =>
  `orders.20200101T0000${String(second).padStart(2, "0")}000Z.${host.replace(/[^A-Za-z0-9_-]/g, "_")}.${pid}.${writer}.ndjson`;

const endedPid = () => spawnSync(process.execPath, ["--version"]).pid;

/** As if somebody had read it a second after it was written. */
const markRead = (name: string) => {
  const { mtimeMs } = statSync(join(dir, name));
  utimesSync(join(dir, name), mtimeMs / 1000 + 1, mtimeMs / 1000);
};

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
    expect(headers[0]["event.id"]).toBe(headers[0]["log.file.id"]);
    // Shippers look at the first 128 bytes: the better part of the id is among them.
    const id: string = headers[0]["log.file.id"];
    expect(first?.[0]?.indexOf(id.slice(0, 16))).toBeLessThan(112);
    expect(headers[0]["event.dataset"]).toBe("orders");
  });

  test.each([
    ["orders", /^orders\.\d{8}T\d{9}Z\.[A-Za-z0-9_-]+\.\d+\.[0-9a-f]{8}\.ndjson$/],
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

  test("those of ended processes go before ours, the one of a living process and those of others stay", () => {
    const old = fileOf({ pid: endedPid() });
    const others = [
      fileOf({ pid: process.ppid, writer: "22222222" }),
      "orders.2020.notes.mine.ndjson",
      fileOf({}).replace("orders", "payments"),
      "orders.csv",
    ];
    for (const name of [old, ...others]) writeFileSync(join(dir, name), "x".repeat(1000));
    const sink = open({ fileCount: 100, totalBytes: 4500 });
    expect(files()).toContain(old);
    let written = 0;
    for (; files().includes(old); written++) sink.write(`{"n":${written}}\n`);
    expect(files()).toEqual(expect.arrayContaining(others));
    expect(bodies().flat()).toEqual(expect.arrayContaining(numbered(written)));
  });

  test("those that failing starts leave behind are bounded in number", () => {
    const pid = endedPid();
    for (let n = 0; n < 300; n++)
      writeFileSync(join(dir, fileOf({ pid, writer: n.toString(16).padStart(8, "0") })), "");
    open();
    expect(files()).toHaveLength(257);
  });

  test("none is removed of a process that nobody can ask, until it has written nothing for an hour", () => {
    const [quiet, busy] = [fileOf({ host: "abc", writer: "11111111" }), fileOf({ host: "def", writer: "22222222" })];
    for (const name of [quiet, busy]) writeFileSync(join(dir, name), "x".repeat(2000));
    utimesSync(join(dir, quiet), Date.now() / 1000 - 3700, Date.now() / 1000 - 3700);
    open({ totalBytes: 1000 });
    expect(files()).not.toContain(quiet);
    expect(files()).toContain(busy);
  });

  test("there are never more bytes than the service may have", () => {
    const sink = open({ fileCount: 1000, totalBytes: 5000 });
    for (const line of numbered(2000)) {
      sink.write(`${line}\n`);
      expect(files().reduce((sum, name) => sum + statSync(join(dir, name)).size, 0)).toBeLessThanOrEqual(5000);
    }
    expect(bodies().flat().at(-1)).toBe('{"n":1999}');
    expect(bodies().flat().length).toBeGreaterThan(100);
  });

  test("full ones of living processes count, and go before ours when they are older", () => {
    const theirs = [0, 1].map((second) => fileOf({ pid: process.ppid, second }));
    for (const name of theirs) writeFileSync(join(dir, name), "x".repeat(2500));
    const sink = open({ fileCount: 1000, totalBytes: 6000 });
    for (const line of numbered(300)) sink.write(`${line}\n`);
    expect(files()).not.toContain(theirs[0]);
    expect(files()).toContain(theirs[1]);
  });

  test("those that are written to are smaller when many processes write", () => {
    for (let pid = 0; pid < 9; pid++) {
      writeFileSync(join(dir, fileOf({ pid: process.ppid, writer: `0000000${pid}` })), "");
    }
    const sink = open({ fileBytes: gib, totalBytes: 20_000, fileCount: 1000 });
    for (const line of numbered(300)) sink.write(`${line}\n`);
    const sizes = files().map((name) => statSync(join(dir, name)).size);
    expect(Math.max(...sizes)).toBeLessThan(1100);
  });
});

describe("lines that nobody has read", () => {
  test("are counted exactly when their file goes", () => {
    const before = dropped("file-unread");
    const sink = open();
    for (const line of numbered(1000)) sink.write(`${line}\n`);
    expect(dropped("file-unread") - before).toBe(1000 - bodies().flat().length);
  });

  test("are not counted when somebody has read the file to its end", () => {
    const before = dropped("file-unread");
    const sink = open({ fileBytes: 1, fileCount: 2 });
    for (const line of numbered(20)) {
      sink.write(`${line}\n`);
      files().forEach(markRead);
    }
    expect(files()).toHaveLength(2);
    expect(dropped("file-unread")).toBe(before);
  });

  test("of an ended process are counted by whoever removes its file", async () => {
    const before = dropped("file-unread");
    const name = fileOf({ pid: endedPid() });
    writeFileSync(join(dir, name), `header\n${"line\n".repeat(30_000)}`);
    open({ totalBytes: 100_000 });
    expect(files()).not.toContain(name);
    await vi.waitFor(() => expect(dropped("file-unread") - before).toBe(30_000));
  });
});

describe("on a full disk", () => {
  const full = () => {
    throw Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });
  };

  test("lines wait, and are written in order once there is room", () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const sink = open({ fileBytes: 10_000 });
    const before = dropped("file-write");
    disk.mockImplementationOnce(full);
    for (const line of numbered(3)) sink.write(`${line}\n`);
    expect(bodies()).toEqual([[]]);
    expect(sink.waitingBytes?.()).toBeGreaterThan(0);
    vi.advanceTimersByTime(1000);
    sink.write('{"n":3}\n');
    expect(bodies()).toEqual([numbered(4)]);
    expect(dropped("file-write")).toBe(before);
  });

  test("a line that was written in part is ended, in the same file", () => {
    const sink = open({ fileBytes: 300 });
    for (const line of numbered(10)) {
      disk.mockImplementationOnce((fd, bytes) => writeReally(fd, bytes.subarray(0, 4)));
      sink.write(`${line}\n`);
      sink.flush();
    }
    expect(bodies().flat()).toEqual(numbered(10));
  });

  test("the oldest lines go when too many wait, and every one of them is counted", () => {
    const sink = open({ fileBytes: gib });
    const before = dropped("file-write");
    disk.mockImplementation(full);
    const line = `${JSON.stringify({ text: "x".repeat(1000) })}\n`;
    for (let count = 0; count < 20_000; count++) sink.write(line);
    sink.write('{"n":"last"}\n');
    expect(sink.waitingBytes?.()).toBeLessThanOrEqual(16.1 * 1024 ** 2);
    disk.mockImplementation(writeReally);
    sink.flush();
    const lost = dropped("file-write") - before;
    expect(lost).toBeGreaterThan(1000);
    expect(bodies().flat().length + lost).toBe(20_001);
    expect(bodies().flat().at(-1)).toBe('{"n":"last"}');
  });

  test("what still waits when the process ends is counted", () => {
    const sink = open();
    const before = dropped("file-write");
    disk.mockImplementation(full);
    for (const line of numbered(3)) sink.write(`${line}\n`);
    sink.end?.();
    sink.write('{"n":"after the end"}\n');
    expect(dropped("file-write") - before).toBe(4);
  });

  test("the service starts, and its lines are written once there is room", () => {
    disk.mockImplementation(full);
    const sink = open();
    sink.write('{"n":0}\n');
    disk.mockImplementation(writeReally);
    sink.flush();
    expect(bodies()).toEqual([['{"n":0}']]);
  });

  test("a file that cannot be followed by the next one is written to on", () => {
    const sink = open({ fileBytes: 1 });
    sink.write('{"n":0}\n');
    const before = files();
    disk.mockImplementationOnce(full);
    sink.write('{"n":1}\n');
    expect(files()).toEqual(before);
    expect(bodies().flat()).toEqual(numbered(2));
  });
});

test("a file that somebody has removed is followed by a new one within a second", () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  const sink = open();
  sink.write('{"n":0}\n');
  for (const name of files()) rmSync(join(dir, name));
  vi.advanceTimersByTime(1001);
  sink.write('{"n":1}\n');
  expect(bodies()).toEqual([['{"n":1}']]);
});

test("a folder that cannot be made is said at once", () => {
  writeFileSync(join(dir, "file"), "");
  expect(() => open({ dir: join(dir, "file", "logs") })).toThrow(/ENOTDIR|EEXIST|ENOENT/);
});
