/** Copies of the packages that must not be there twice, and versions that do not go together. */
import { fileURLToPath } from "node:url";
import { ownFile } from "../own-files.ts";
import type { Facts, Finding, Outcome } from "./finding.ts";
import { skipped } from "./finding.ts";
import type { Copy } from "./installed.ts";
import { readObject } from "./manifest.ts";
import { isOlder, mayUse } from "./versions.ts";

const sdk = "@obsbox/sdk";
const api = "@opentelemetry/api";

/** Packages with a state of their own: a second copy does not know what the first one does. */
const stateful = /^(@opentelemetry\/(api|instrumentation|sdk-.+)|pino|import-in-the-middle|require-in-the-middle)$/;

/** Since then pino tells of its lines. */
const tellingPino = [9, 10] as const;

export function findCopiesOf({ copies, manifest }: Facts): Outcome {
  const own = copiesOf(copies, sdk);
  if (copies.length === 0 && manifest.path === undefined) return skipped("no package.json here");
  const seen = [sdk, api, "pino"].flatMap((name) => copiesOf(copies, name).slice(0, 1)).map(nameOf);
  return {
    seen: seen.length === 0 ? "none" : seen.join(", "),
    findings: [
      ...(own.length === 0 ? [missing] : []),
      ...(own.length > 1 ? [doubledSdk(own)] : []),
      ...copiesOf(copies, api).filter(isUnheard).map(unheard),
      ...copiesOf(copies, "pino").filter(isSilent).map(silentPino),
      ...doubled(copies),
    ],
  };
}

/** The version of the API that the SDK registers itself with. */
export const registeredApi = readVersion();

function readVersion(): string {
  const { dependencies } = readObject(fileURLToPath(ownFile("../package.json")));
  return typeof dependencies === "object" && dependencies !== null ? String(Reflect.get(dependencies, api)) : "";
}

const missing: Finding = {
  level: "failure",
  code: "sdk-missing",
  what: `${sdk} is not installed for a program in this folder`,
  remedy: `npm install ${sdk}, or start the doctor in the folder of the service`,
};

function doubledSdk(own: readonly Copy[]): Finding {
  return {
    level: "warning",
    code: "second-sdk",
    what: `${sdk} is there ${own.length} times; only the first one that starts observes`,
    remedy: `install it once: npm dedupe, npm ls ${sdk}`,
    details: own.map(placeOf),
  };
}

function isUnheard({ version }: Copy): boolean {
  return !mayUse(version, registeredApi);
}

function unheard(copy: Copy): Finding {
  return {
    level: "warning",
    code: "api-version",
    what: `spans and metrics made by ${nameOf(copy)} are lost: the SDK registers with ${registeredApi}`,
    remedy: `npm install ${api}@${registeredApi}`,
    details: [placeOf(copy)],
  };
}

function isSilent({ version }: Copy): boolean {
  return isOlder(version, tellingPino);
}

function silentPino(copy: Copy): Finding {
  return {
    level: "warning",
    code: "pino-too-old",
    what: `lines of ${nameOf(copy)} get no trace ids`,
    remedy: "update it to 9.10 or later",
    details: [placeOf(copy)],
  };
}

function doubled(copies: readonly Copy[]): readonly Finding[] {
  const groups = Map.groupBy(copies, ({ name }) => name);
  const many = [...groups.values()].filter((group) => group.length > 1 && stateful.test(group[0]?.name ?? ""));
  if (many.length === 0) return [];
  return [
    {
      level: "note",
      code: "doubled-packages",
      what: `there more than once: ${many.map((group) => `${group[0]?.name} (${group.length})`).join(", ")}`,
      remedy: "harmless as long as each belongs to a package that uses its own; npm dedupe may join them",
      details: many.flat().map(placeOf),
    },
  ];
}

function copiesOf(copies: readonly Copy[], wanted: string): readonly Copy[] {
  return copies.filter(({ name }) => name === wanted);
}

function nameOf({ name, version }: Copy): string {
  return `${name} ${version}`;
}

function placeOf({ version, path }: Copy): string {
  return `${version}  ${path}`;
}
