/** Log lines for people: time, level, message, the fields that are not always the same, the stack below. */
import { stripVTControlCharacters, styleText } from "node:util";
import { logFields } from "../vocabulary.ts";

export interface PrettySettings {
  /** @default false */
  readonly colors?: boolean;
  /** Shows the service's name, for output in which several are mixed. @default false */
  readonly service?: boolean;
}

type Style = Parameters<typeof styleText>[0];
type Fields = Readonly<Record<string, unknown>>;

const levelStyles = new Map<string, Style>([
  ["trace", "gray"],
  ["debug", "blue"],
  ["info", "green"],
  ["warn", "yellow"],
  ["error", "red"],
  ["fatal", ["bgRed", "white"]],
]);

/** Fields that have their place in the line, or are the same in every line. */
const placed = new Set<string>([
  logFields.timestamp,
  logFields.level,
  logFields.message,
  logFields.errorStackTrace,
  logFields.eventAction,
  logFields.eventDuration,
  logFields.eventOutcome,
]);
const constant =
  /^(ecs|event\.dataset|event\.id|host|http|process|service|span|trace|url|user_agent|labels\.http_route)(\.|$)/;

/**
 * Gives an ECS line of the SDK as coloured text; anything else comes back as it is.
 *
 * @param line - One line, with or without its newline.
 * @returns Text that ends with a newline, free of control characters that the line brought along.
 */
export function prettyLine(line: string, { colors = false, service = false }: PrettySettings = {}): string {
  const fields = parse(line);
  if (fields === undefined) return line.endsWith("\n") ? line : `${line}\n`;
  const paint = (style: Style, text: string) => (colors ? styleText(style, text, { validateStream: false }) : text);
  const level = textOf(fields[logFields.level]);
  const parts = [
    paint("gray", clockTime(textOf(fields[logFields.timestamp]))),
    paint(levelStyles.get(level) ?? "reset", level.toUpperCase().padEnd(5)),
    ...(service ? [paint("cyan", textOf(fields[logFields.serviceName]))] : []),
    textOf(fields[logFields.message]),
    ...extras(fields).map(([key, value]) => paint("gray", `${key}=${value}`)),
  ];
  const stack = fields[logFields.errorStackTrace];
  return `${parts.join(" ")}\n${stack === undefined ? "" : `${paint("gray", indent(textOf(stack)))}\n`}`;
}

function parse(line: string): Fields | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    const fields: unknown = JSON.parse(line);
    const isOurs = typeof fields === "object" && fields !== null && logFields.level in fields;
    return isOurs ? { ...fields } : undefined;
  } catch {
    return undefined;
  }
}

function extras(fields: Fields): [string, string][] {
  return Object.entries(fields)
    .filter(([key]) => !placed.has(key) && !constant.test(key))
    .map(([key, value]) => [textOf(key.replace(/^(labels|app)\./, "")), textOf(value)]);
}

function clockTime(timestamp: string): string {
  const date = new Date(timestamp);
  if (Number.isNaN(date.getTime())) return timestamp;
  const twoDigits = (value: number) => String(value).padStart(2, "0");
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits).join(":");
  return `${time}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}

function textOf(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "");
  // oxlint-disable-next-line no-control-regex -- these are the characters that must not reach a terminal
  return stripVTControlCharacters(text).replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "");
}

function indent(text: string): string {
  return text.replace(/^/gm, "    ");
}
