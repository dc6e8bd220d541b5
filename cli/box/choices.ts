/** What is chosen when a box is made: its size, and the settings that differ from the defaults. */
import { availableParallelism, totalmem } from "node:os";
import { catalog } from "../../stack/catalog.ts";
import type { Size } from "../../stack/catalog.ts";
import { kinds, memoryKeyOf, settings } from "../../stack/settings.ts";
import type { Input, Option } from "../command.ts";
import { UserError } from "../errors.ts";
import type { Box } from "./box.ts";

export interface Choices {
  readonly size: Size | undefined;
  /** Keys of `.env` that the user named with an option. */
  readonly settings: Readonly<Record<string, string>>;
}

/** Options of the commands that make a box. */
export const choiceOptions: Readonly<Record<string, Option>> = {
  size: {
    value: "SIZE",
    about: "small (4 GB of memory) or standard (8 GB); chosen by this machine's memory when left out",
  },
  name: { value: "NAME", about: "Name of the box; a second one on the same machine needs its own" },
  host: { value: "NAME", about: "Name that people call the box by; another than localhost opens it to other machines" },
  port: { value: "PORT", about: "The one port that it opens" },
  profile: {
    value: "PROFILE",
    about: "host: metrics of this machine; docker-logs: lines of all its containers",
    many: true,
  },
};

const optionKeys = { name: "COMPOSE_PROJECT_NAME", host: "OBSBOX_HOST", port: "OBSBOX_PORT" } as const;
const profiles: readonly string[] = ["host", "docker-logs"];
const sizes: readonly Size[] = ["small", "standard"];
/** Less memory than this, and the limits of `standard` would not fit beside the system's own needs. */
const standardBytes = 7 * 1024 ** 3;

/** @throws UserError for values that no setting may have. */
export function readChoices(input: Input): Choices {
  const given = Object.entries(optionKeys).flatMap(([option, key]) => {
    const value = input.values[option];
    return value === undefined ? [] : [[key, checked(`--${option}`, key, value)] as const];
  });
  const chosen = input.all("profile").flatMap((value) => value.split(","));
  const unknown = chosen.find((profile) => !profiles.includes(profile));
  if (unknown !== undefined) throw wrong("--profile", unknown, profiles.join(" or "));
  return {
    size: readSize(input.values["size"]),
    settings: {
      ...Object.fromEntries(given),
      ...(chosen.length === 0 ? {} : { COMPOSE_PROFILES: [...new Set(chosen)].join(",") }),
    },
  };
}

/** The settings of a new box on this machine. */
export function settingsOf(choices: Choices): Readonly<Record<string, string>> {
  const host = choices.settings["OBSBOX_HOST"] ?? "localhost";
  return {
    // Filebeat reads what the user's services write.
    OBSBOX_LOG_GROUP: String(process.getgid?.() ?? 1000),
    ...(host === "localhost" ? {} : { OBSBOX_BIND: "0.0.0.0" }),
    // Docker refuses more cores than there are.
    ...(availableParallelism() > 1 ? {} : oneCore),
    ...choices.settings,
  };
}

export function sizeByMemory(bytes = totalmem()): Size {
  return bytes < standardBytes ? "small" : "standard";
}

/** The size that an `.env` was made for, as far as it still shows. */
export function sizeOf(box: Pick<Box, "settings">): Size {
  const limit = box.settings[memoryKeyOf("elasticsearch")];
  return limit === `${catalog.elasticsearch.memory.small}m` ? "small" : "standard";
}

const oneCore = Object.fromEntries(
  Object.entries(settings).flatMap(([key, { kind }]) => (kind === "cpus" ? [[key, "1"]] : [])),
);

function readSize(given: string | undefined): Size | undefined {
  if (given === undefined) return undefined;
  const size = sizes.find((known) => known === given);
  if (size === undefined) throw wrong("--size", given, sizes.join(" or "));
  return size;
}

function checked(option: string, key: string, value: string): string {
  const { expected, pattern } = kinds[settings[key]?.kind ?? "text"];
  if (!pattern.test(value)) throw wrong(option, value, expected);
  return value;
}

function wrong(option: string, given: string, expected: string): UserError {
  return new UserError(`${option}: got ${JSON.stringify(given)}`, { hint: `expected ${expected}`, exitCode: 2 });
}
