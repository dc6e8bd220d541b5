/** Reads the next lines of all files and turns them into events. */
import { createHash } from "node:crypto";
import { closeSync, fstatSync, globSync, lstatSync, openSync, readSync } from "node:fs";
import type { Configuration, Input } from "./configuration.ts";
import { runProcessors } from "./processors.ts";
import type { Offsets, Registry } from "./registry.ts";

export type Fields = Record<string, unknown>;

export interface Harvest {
  readonly events: readonly Fields[];
  readonly offsets: Offsets;
}

const chunkBytes = 1024 ** 2;

export function harvest({ inputs, processors }: Configuration, registry: Registry, maxEvents: number): Harvest {
  const events: Fields[] = [];
  const offsets = new Map<string, number>();
  for (const input of inputs) {
    for (const path of input.paths.flatMap((pattern) => globSync(pattern))) {
      if (events.length >= maxEvents || lstatSync(path, { throwIfNoEntry: false })?.isFile() !== true) continue;
      readFile(path, input, registry, { events, offsets, maxEvents });
    }
  }
  return { events: events.flatMap((event) => runProcessors(processors, event)), offsets };
}

interface Sink {
  readonly events: Fields[];
  readonly offsets: Map<string, number>;
  readonly maxEvents: number;
}

function readFile(path: string, input: Input, registry: Registry, sink: Sink): void {
  const fd = openSync(path, "r");
  try {
    const { offset, length } = input.fingerprint;
    // Filebeat ignores a file that is shorter than what it is known by.
    if (fstatSync(fd).size < offset + length) return;
    const head = Buffer.alloc(length);
    readSync(fd, head, 0, length, offset);
    const fingerprint = createHash("sha256").update(head).digest("hex");
    readLines(fd, registry.offsetOf(fingerprint), { path, fingerprint, input, sink });
  } finally {
    closeSync(fd);
  }
}

interface Source {
  readonly path: string;
  readonly fingerprint: string;
  readonly input: Input;
  readonly sink: Sink;
}

function readLines(fd: number, from: number, { path, fingerprint, input, sink }: Source): void {
  const chunk = Buffer.alloc(chunkBytes);
  const text = chunk.subarray(0, readSync(fd, chunk, 0, chunkBytes, from));
  let begin = 0;
  while (sink.events.length < sink.maxEvents) {
    const end = text.indexOf(10, begin);
    if (end === -1) break;
    const line = text.subarray(begin, Math.min(end, begin + input.messageMaxBytes)).toString("utf8");
    if (line !== "") sink.events.push(eventOf(line, { path, fingerprint, offset: from + begin }, input));
    begin = end + 1;
  }
  if (begin > 0) sink.offsets.set(fingerprint, from + begin);
}

interface Position {
  readonly path: string;
  readonly fingerprint: string;
  readonly offset: number;
}

function eventOf(line: string, { path, fingerprint, offset }: Position, input: Input): Fields {
  const event: Fields = {
    "@timestamp": new Date().toISOString(),
    message: line,
    "log.file.path": path,
    "log.file.fingerprint": fingerprint,
    "log.offset": offset,
  };
  for (const parser of input.parsers) {
    if (parser["container"] !== undefined) parseContainer(event);
    if (parser["ndjson"] !== undefined) parseJson(event, parser["ndjson"]);
  }
  return event;
}

/** A line of the engine's json-file driver. */
function parseContainer(event: Fields): void {
  try {
    const { log, stream, time } = JSON.parse(String(event["message"]));
    Object.assign(event, { message: String(log).trimEnd(), stream, "@timestamp": time });
  } catch {
    // Not of the engine: the line stays what it is.
  }
}

function parseJson(event: Fields, settings: Readonly<Record<string, unknown>>): void {
  try {
    const fields: unknown = JSON.parse(String(event["message"]));
    if (typeof fields !== "object" || fields === null || Array.isArray(fields)) throw new Error("not an object");
    const id = settings["document_id"];
    delete event["message"];
    Object.assign(event, fields);
    if (typeof id === "string" && typeof event[id] === "string") event["@metadata._id"] = event[id];
  } catch (error) {
    if (settings["add_error_key"] === true)
      Object.assign(event, { "error.message": String(error), "error.type": "json" });
  }
}
