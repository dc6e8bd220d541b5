/** The command line. */
import { parseArgs } from "node:util";
import { partNames } from "./parts.ts";
import type { PartName } from "./parts.ts";
import { setups } from "./setups.ts";
import type { Setup } from "./setups.ts";

export interface Arguments {
  /** The bare service is always there: all ratios are of it. */
  readonly setups: readonly Setup[];
  readonly parts: readonly PartName[];
  readonly rounds: number;
  readonly seconds: number;
  readonly postgresUrl: string | undefined;
  readonly isJson: boolean;
  readonly isWrite: boolean;
  readonly isCheck: boolean;
}

const options = {
  only: { type: "string" },
  parts: { type: "string" },
  rounds: { type: "string", default: "5" },
  seconds: { type: "string", default: "8" },
  postgres: { type: "string" },
  json: { type: "boolean", default: false },
  write: { type: "boolean", default: false },
  check: { type: "boolean", default: false },
} as const;

const setupNames = setups.map(({ name }) => name);
/** What has committed ratios. */
const checkedNames = setupNames.filter((name) => name.startsWith("obsbox"));

/** @throws Error that names what cannot be used. */
export function readArguments(args: readonly string[]): Arguments {
  const { values } = parseArgs({ args: [...args], options });
  if (values.write && (values.only !== undefined || values.parts !== undefined)) {
    throw new Error("--write wants all set-ups and parts, so that the tables stay whole: leave --only and --parts out");
  }
  const isQuick = values.check && !values.write;
  const names = chosen("--only", values.only, setupNames, isQuick ? checkedNames : setupNames);
  return {
    setups: setups.filter(({ name }) => name === "bare" || names.includes(name)),
    parts: chosen("--parts", values.parts, partNames, isQuick ? ["load"] : partNames),
    rounds: positive("--rounds", values.rounds),
    seconds: positive("--seconds", values.seconds),
    postgresUrl: values.postgres,
    isJson: values.json,
    isWrite: values.write,
    isCheck: values.check,
  };
}

function chosen<T extends string>(option: string, text: string | undefined, known: readonly T[], others: readonly T[]) {
  if (text === undefined) return others;
  const names = text.split(",");
  const strange = names.filter((name) => !known.some((one) => one === name));
  if (strange.length > 0)
    throw new Error(`${option} does not know ${strange.join(", ")}; it knows ${known.join(", ")}`);
  return known.filter((name) => names.includes(name));
}

function positive(option: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`${option} wants a whole number above 0, not ${text}`);
  return value;
}
