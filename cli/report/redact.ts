/** Takes secrets out of texts that are handed to others. */
import { readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { elasticsearchUsers } from "../../stack/secrets.ts";
import { layout } from "../box/box.ts";
import type { Box } from "../box/box.ts";
import { readSecret } from "../box/secrets.ts";

const cover = "[redacted]";
/** Shorter ones would also be found in words. */
const shortest = 8;

/** What a text may hold without our having made it: tokens of sessions, keys of others, keys in files. */
const patterns: readonly RegExp[] = [
  /(\bauthorization["']?\s*[:=]\s*["']?)(?:(?:basic|bearer|apikey)\s+)?[\w.~+/=-]+/gi,
  /(\b(?:bearer|basic|apikey)\s+)[\w.~+/=-]{16,}/gi,
  /((?:\b|_)(?:token|password|passwd|secret|api[_-]?key|cookie)["']?\s*[:=]\s*["']?)[^\s"',;&]+/gi,
  /(-----BEGIN [A-Z ]*PRIVATE KEY-----)[\s\S]*?(?=-----END)/g,
];

/** @returns A function that covers every secret of a box, and what looks like somebody's. */
export function redactorOf(box: Pick<Box, "folder">): (text: string) => string {
  const values = secretValues(box);
  return (text) => {
    const known = values.reduce((result, value) => result.replaceAll(value, cover), text);
    return patterns.reduce((result, pattern) => result.replaceAll(pattern, `$1${cover}`), known);
  };
}

function secretValues(box: Pick<Box, "folder">): readonly string[] {
  const names = filesIn(join(box.folder, layout.secrets)).filter((name) => !name.endsWith(".crt"));
  const values = names.flatMap((name) => readSecret(box.folder, name) ?? []);
  const headers = Object.entries(elasticsearchUsers).map(([key, { user }]) =>
    Buffer.from(`${user}:${readSecret(box.folder, `elasticsearch-${key}`) ?? ""}`).toString("base64"),
  );
  return [...values, ...headers].filter((value) => value.length >= shortest);
}

function filesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { withFileTypes: true, recursive: true }).flatMap((entry) =>
      entry.isFile() ? [relative(folder, join(entry.parentPath, entry.name))] : [],
    );
  } catch {
    return []; // What cannot be read cannot have got into a text either.
  }
}
