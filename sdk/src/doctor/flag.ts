/** How the service starts the SDK, as far as files and the environment tell. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Facts, Finding, Outcome } from "./finding.ts";

export interface FlagText {
  /** Where it stands. */
  readonly name: string;
  readonly text: string;
}

const register = "@obsbox/sdk/register";

/** Files that start programs. */
const startFiles = [
  "Dockerfile",
  "Procfile",
  "compose.yaml",
  "compose.yml",
  "docker-compose.yml",
  "docker-compose.yaml",
  "ecosystem.config.js",
  "ecosystem.config.cjs",
  "ecosystem.config.mjs",
  "ecosystem.config.json",
  ".env",
];

export function findFlag(facts: Facts): Outcome {
  const places = flagTexts(facts).filter(({ text }) => text.includes(register));
  const late = places.filter(({ text }) => isBehindProgram(text));
  if (late.length > 0) return { seen: late.map(({ name }) => name).join(", "), findings: late.map(behindProgram) };
  if (places.length > 0) return { seen: `--import in ${places.map(({ name }) => name).join(", ")}`, findings: [] };
  return findStartInCode(facts);
}

/** Every text that can hold flags of Node.js. */
export function flagTexts({ cwd, env, manifest }: Pick<Facts, "cwd" | "env" | "manifest">): readonly FlagText[] {
  return [
    { name: "NODE_OPTIONS", text: env["NODE_OPTIONS"] ?? "" },
    ...Object.entries(manifest.scripts).map(([name, text]) => ({ name: `npm run ${name}`, text })),
    ...startFiles.map((name) => ({ name, text: readIfThere(join(cwd, name)) ?? "" })),
  ];
}

/** Flags of Node.js whose value is the next word. */
const withValue = new Set(["-r", "--require", "--import", "--loader", "--experimental-loader", "-C", "--conditions"]);

/** What stands behind the program is the program's, not Node's. */
export function isBehindProgram(command: string): boolean {
  return command.split(/&&|\|\||;|\n/).some((part) => {
    const words = part.trim().split(/\s+/);
    const node = words.indexOf("node");
    const flag = words.findIndex((word) => word.includes(register));
    if (node === -1 || flag < node) return false;
    const program = words.findIndex(
      (word, at) => at > node && !word.startsWith("-") && !withValue.has(words[at - 1] ?? ""),
    );
    return program !== -1 && program < flag;
  });
}

function behindProgram({ name }: FlagText): Finding {
  return {
    level: "failure",
    code: "flag-position",
    what: `in ${name} the flag stands behind the program, which gets it instead of Node.js`,
    remedy: `put it before: node --import ${register} app.js`,
  };
}

function findStartInCode({ cwd, manifest }: Facts): Outcome {
  const entry = entryOf(cwd, manifest);
  const first = entry === undefined ? undefined : importsOf(readIfThere(join(cwd, entry)) ?? "");
  const at = first?.findIndex((name) => name.startsWith("@obsbox/sdk")) ?? -1;
  if (entry === undefined || at === -1) return { seen: "not found", findings: [notStarted(entry)] };
  const before = first?.slice(0, at).filter((name) => !/^(node:|\.)/.test(name)) ?? [];
  return { seen: `imported by ${entry}`, findings: before.length === 0 ? [] : [loadOrder(entry, before)] };
}

function notStarted(entry: string | undefined): Finding {
  const files = entry === undefined ? "" : `, nor is it imported by ${entry}`;
  return {
    level: "warning",
    code: "flag-missing",
    what: `nothing seen here starts the SDK: the flag is neither in NODE_OPTIONS nor in the usual files${files}`,
    remedy: `node --import ${register} app.js; if it is given elsewhere, all is well`,
  };
}

function loadOrder(entry: string, before: readonly string[]): Finding {
  return {
    level: "warning",
    code: "load-order",
    what: `${entry} imports ${before.join(", ")} before @obsbox/sdk`,
    remedy: `start by the flag --import ${register}, which comes before every import`,
  };
}

/** The program that the script `start` or the field `main` names. */
function entryOf(cwd: string, { path, main, scripts }: Facts["manifest"]): string | undefined {
  const started = /(?:^|\s)node\s.*?([\w./-]+\.[cm]?[jt]s)/.exec(scripts["start"] ?? "")?.[1];
  const isOwn = path !== undefined && dirname(path) === cwd;
  return [started, isOwn ? (main ?? "index.js") : undefined].find(
    (file) => file !== undefined && existsSync(join(cwd, file)),
  );
}

/** What a program loads, in the order of the text. */
export function importsOf(text: string): readonly string[] {
  const loads =
    /^\s*(?:import\s+(?:[^"';]*?from\s*)?|(?:const|let|var)\s[^=;]+=\s*require\(|require\()["']([^"']+)["']/gm;
  return [...text.matchAll(loads)].map(([, name = ""]) => name);
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
