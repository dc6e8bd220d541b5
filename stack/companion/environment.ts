/** What setup and keeper read from their environment and from the folder of secrets; defaults are those of the box. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { kinds, settings } from "../settings.ts";
import { messageOf, OperatorError } from "./errors.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

const unitsMs: Readonly<Record<string, number>> = { s: 1e3, m: 6e4, h: 36e5, d: 864e5, w: 6048e5 };
const unitsBytes: Readonly<Record<string, number>> = { MB: 1e6, GB: 1e9, TB: 1e12 };

/**
 * Reads a time such as `14d`, in milliseconds.
 *
 * @throws OperatorError that names the key, what it holds and what would be right.
 */
export function readTime(env: Environment, key: string): number {
  return readAmount(env, key, "time", unitsMs);
}

/**
 * Reads a size such as `10GB`, in bytes.
 *
 * @throws OperatorError as {@link readTime}.
 */
export function readSize(env: Environment, key: string): number {
  return readAmount(env, key, "size", unitsBytes);
}

/** Reads an address; compose.yaml always gives one, so that its default is only for a start by hand. */
export function readUrl(env: Environment, key: string, usual: string): string {
  const text = valueOf(env, key) ?? usual;
  const { pattern, expected } = kinds.url;
  if (pattern.test(text) && URL.canParse(text)) return text;
  throw wrong(key, text, expected);
}

/** Reads a setting that is a text. */
export function readText(env: Environment, key: string): string {
  return valueOf(env, key) ?? settings[key]?.default ?? "";
}

/** The folder where a container finds its secrets. */
function secretsFolder(env: Environment): string {
  return valueOf(env, "OBSBOX_SECRETS_DIR") ?? "/run/obsbox";
}

/**
 * Reads a secret: a line, or a certificate.
 *
 * @throws OperatorError when it is not there, cannot be read or is empty.
 */
export function readSecret(env: Environment, name: string): string {
  const path = join(secretsFolder(env), name);
  const remedy = "run obsbox up, which makes secrets that are missing and hands them over";
  let text: string;
  try {
    text = readFileSync(path, "utf8").trim();
  } catch (error) {
    throw new OperatorError(`the secret ${name} cannot be read: ${messageOf(error)}`, remedy, error);
  }
  if (text === "") throw new OperatorError(`the secret ${name} is empty: ${path}`, remedy);
  return text;
}

function readAmount(env: Environment, key: string, kind: "time" | "size", units: Readonly<Record<string, number>>) {
  const text = valueOf(env, key) ?? settings[key]?.default ?? "";
  const [, digits = "", unit = ""] = /^(\d+)([a-zA-Z]+)$/.exec(text) ?? [];
  const amount = Number(digits) * (units[unit] ?? Number.NaN);
  if (kinds[kind].pattern.test(text) && Number.isSafeInteger(amount)) return amount;
  throw wrong(key, text, kinds[kind].expected);
}

function wrong(key: string, got: string, expected: string): OperatorError {
  return new OperatorError(
    `${key}: got ${JSON.stringify(got)}, expected ${expected}`,
    "change it in .env and run obsbox up",
  );
}

/** Compose hands over variables that are not set as empty ones. */
function valueOf(env: Environment, key: string): string | undefined {
  return env[key]?.trim() || undefined;
}
