import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openSpool } from "./spool.ts";
import type { Spool } from "./spool.ts";

let dir: string;
let lost: number;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "obsbox-spool-"));
  lost = 0;
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const open = (maxBytes = 1024 ** 2, service = "orders"): Spool =>
  openSpool({ dir, service, maxBytes, onLost: (lines) => (lost += lines) });
const linesOf = (...texts: string[]) => texts.map((text) => ({ bytes: Buffer.from(`${text}\n`) }));
const numbered = (from: number, to: number) =>
  linesOf(...Array.from({ length: to - from }, (_none, at) => String(from + at).padStart(99, "0")));
const nobody = () => {};

/** Takes everything out. */
function empty(spool: Spool): string {
  let text = "";
  for (let file = spool.take(); file !== undefined; file = spool.take()) {
    text += file.bytes.toString();
    spool.remove(file.name);
  }
  return text;
}

describe("the spool", () => {
  test("gives lines back in their order, and is empty then", () => {
    const spool = open();
    spool.append(linesOf("a", "b"), nobody);
    spool.append(linesOf("c"), nobody);
    expect(spool.isEmpty()).toBe(false);
    expect(empty(spool)).toBe("a\nb\nc\n");
    expect(spool.isEmpty()).toBe(true);
    expect(readdirSync(dir)).toEqual([]);
  });

  test("keeps a file until it is removed, and adds nothing to one that was taken", () => {
    const spool = open();
    spool.append(linesOf("a"), nobody);
    const file = spool.take();
    spool.append(linesOf("b"), nobody);
    expect(file?.bytes.toString()).toBe("a\n");
    spool.remove(file?.name ?? "");
    expect(empty(spool)).toBe("b\n");
  });

  test("holds its bound by giving up the oldest lines, and counts them", () => {
    const spool = open(16_000);
    spool.append(numbered(0, 1000), nobody);
    const sizes = readdirSync(dir).map((name) => statSync(join(dir, name)).size);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(16_000);
    const left = empty(spool).split("\n").slice(0, -1).map(Number);
    expect(left).toEqual(Array.from({ length: left.length }, (_none, at) => 1000 - left.length + at));
    expect(left.length).toBeGreaterThan(100);
    expect(lost).toBe(1000 - left.length);
  });

  test("cannot be read by others", () => {
    open().append(linesOf("a"), nobody);
    expect(statSync(join(dir, readdirSync(dir)[0] ?? "")).mode & 0o077).toBe(0);
  });

  test("begins another file when its own was taken away", () => {
    const spool = open();
    spool.append(linesOf("a"), nobody);
    rmSync(join(dir, readdirSync(dir)[0] ?? ""));
    spool.append(linesOf("b"), nobody);
    expect(empty(spool)).toBe("b\n");
  });
});

describe("what a process has left behind", () => {
  /** A file as one of another process, on this machine or another. */
  const leave = (text: string, owner: { host?: string; pid?: number }, service = "orders"): string => {
    open(1024 ** 2, service).append(linesOf(text), nobody);
    const name = readdirSync(dir).find((one) => readFileSync(join(dir, one), "utf8") === `${text}\n`) ?? "";
    const [first, time, id, host, pid, random, end] = name.split(".");
    const other = [first, time, id, owner.host ?? host, owner.pid ?? pid, random, end].join(".");
    renameSync(join(dir, name), join(dir, other));
    return join(dir, other);
  };
  const longAgo = new Date(Date.now() - 120_000);
  const ended = 2 ** 22 + 1; // Above the largest number that Linux gives.

  test("is taken over when the process has ended, at once", () => {
    leave("old", { pid: ended });
    const spool = open();
    expect(spool.isEmpty()).toBe(true);
    spool.tend();
    expect(empty(spool)).toBe("old\n");
  });

  test.each([
    ["a living process", { pid: process.ppid }],
    ["a process of the same number, in another container", {}],
    ["a process on another machine", { host: "elsewhere", pid: ended }],
  ])("is left to %s, until that has not touched it for a minute", (_about, owner) => {
    const path = leave("other", owner);
    const spool = open();
    spool.tend();
    expect(spool.isEmpty()).toBe(true);
    utimesSync(path, longAgo, longAgo);
    spool.tend();
    expect(empty(spool)).toBe("other\n");
  });

  test("stays where it is when it is of another service", () => {
    leave("other", { pid: ended }, "billing");
    const spool = open();
    spool.tend();
    expect(spool.isEmpty()).toBe(true);
    expect(readdirSync(dir)).toHaveLength(1);
  });

  test("is safe from others as long as its process shows that it lives", () => {
    const living = open();
    living.append(linesOf("mine"), nobody);
    const path = join(dir, readdirSync(dir)[0] ?? "");
    utimesSync(path, longAgo, longAgo);
    living.tend();
    const other = open();
    other.tend();
    expect(other.isEmpty()).toBe(true);
  });

  test("goes to one of several that start at the same time", () => {
    for (const text of ["a", "b", "c"]) leave(text, { pid: ended });
    const spools = [open(), open(), open()];
    for (const spool of spools) spool.tend();
    expect(spools.map(empty).join("").split("\n").toSorted()).toEqual(["", "a", "b", "c"]);
  });
});

test("a line that was torn by a crash is still read with those around it", () => {
  const spool = open();
  spool.append(linesOf("a"), nobody);
  appendFileSync(join(dir, readdirSync(dir)[0] ?? ""), '{"half');
  expect(empty(spool)).toBe('a\n{"half');
});
