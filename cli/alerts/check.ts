/** What a receiver may be: everything is refused before it is written, with what would have been right. */
import { UserError } from "../errors.ts";
import { kinds } from "./receiver-type.ts";
import { receiverTypeNames, receiverTypeOf } from "./receiver-types.ts";
import type { ReceiverType, Settings } from "./receiver-type.ts";
import { audiences, heartbeat } from "./receiver.ts";
import type { Audience, OfficeHours, Receiver } from "./receiver.ts";

const namePattern = /^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/;
/** Names of the base's own receivers. */
const taken: readonly string[] = [heartbeat, "nobody", "critical", "warning"];

/** @throws UserError for one that Alertmanager could not use. */
export function checkReceiver(receiver: Receiver): Receiver {
  const { name, type, settings } = receiver;
  const row = receiverTypeOf(type);
  if (row === undefined) throw wrong("the type", type, `one of ${receiverTypeNames.join(", ")}`);
  if (!namePattern.test(name)) throw wrong("the name", name, "at most 40 lower-case letters, digits and -");
  if (taken.includes(name)) throw wrong("the name", name, `another name than ${taken.join(", ")}`);
  checkSettings(row, type, settings);
  return receiver;
}

/** @throws UserError for something else than `critical`, `warning` or `all`. */
export function readAudience(text: string): Audience {
  const audience = audiences.find((one) => one === text);
  if (audience === undefined) throw wrong("--for", text, `one of ${audiences.join(", ")}`);
  return audience;
}

/** @throws UserError for an address that Alertmanager could not call; it is not shown, because it may hold a key. */
export function checkAddress(what: string, text: string): void {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !kinds.url.pattern.test(text)) throw wrong(what, undefined, kinds.url.expected);
  if (/^(localhost|127\..*|\[::1\])$/.test(url.hostname)) {
    const why = "Alertmanager runs in a container, which has a localhost of its own";
    throw wrong(what, undefined, `host.docker.internal for a program on this machine: ${why}`);
  }
}

const hourPattern = /^([01]\d|2[0-3]):[0-5]\d$|^24:00$/;
const day = "(monday|tuesday|wednesday|thursday|friday|saturday|sunday)";
const daysPattern = new RegExp(`^${day}(:${day})?$`);

/** @throws UserError for hours that never come. */
export function checkOfficeHours(hours: OfficeHours): OfficeHours {
  const { days, from, to, timeZone } = hours;
  if (!daysPattern.test(days)) throw wrong("the days", days, "such as monday:friday");
  const areHours = hourPattern.test(from) && hourPattern.test(to) && from < to;
  if (!areHours) throw wrong("the hours", `${from}-${to}`, "such as 08:00-18:00, the end later than the start");
  if (!isTimeZone(timeZone)) throw wrong("the time zone", timeZone, "such as UTC or Europe/Berlin");
  return hours;
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false; // It throws for one that it does not know.
  }
}

function checkSettings(row: ReceiverType, type: string, given: Settings): void {
  for (const [key, value] of Object.entries(given)) checkSetting(row, type, key, value);
  const { settings, oneOf = [] } = row;
  const missing = Object.keys(settings).filter((key) => settings[key]?.isRequired === true && given[key] === undefined);
  if (missing.length > 0) throw lacking(type, missing.join(", "), missing);
  if (oneOf.length > 0 && oneOf.every((key) => given[key] === undefined)) {
    throw lacking(type, `one of ${oneOf.join(", ")}`, oneOf.slice(0, 1));
  }
}

function checkSetting({ settings }: ReceiverType, type: string, key: string, value: string): void {
  const setting = settings[key];
  const names = Object.keys(settings);
  if (setting === undefined) {
    throw wrong("--set", key, names.length === 0 ? `no setting: ${type} has none` : `one of ${names.join(", ")}`);
  }
  const { expected, pattern } = kinds[setting.kind];
  if (!pattern.test(value)) throw wrong(key, value, expected);
  if (setting.kind === "url") checkAddress(key, value);
}

/** @param given Not shown where it is, or may hold, a secret. */
function wrong(what: string, given: string | undefined, expected: string): UserError {
  const got = given === undefined ? "is not usable" : `is not usable: got ${JSON.stringify(given)}`;
  return new UserError(`${what} ${got}`, { hint: `expected ${expected}`, exitCode: 2 });
}

function lacking(type: string, what: string, example: readonly string[]): UserError {
  const hint = `add ${example.map((key) => `--set ${key}=…`).join(" ")}`;
  return new UserError(`a receiver of the type ${type} needs ${what}`, { hint, exitCode: 2 });
}
