/** Where results and news go: results to stdout, news to stderr. */
import type { Input, Option } from "../command.ts";

export const jsonOption: Option = { about: "Prints the result as JSON" };

export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Prints a result: as one JSON document where `--json` is on, else as the lines that a person reads. */
export function print(input: Pick<Input, "isOn">, value: unknown, lines: () => readonly string[]): void {
  const text = input.isOn("json") ? JSON.stringify(value, null, 2) : lines().join("\n");
  process.stdout.write(`${text}\n`);
}

/** The news that a person reads and a program does not: silent where `--json` is on. */
export function teller(input: Pick<Input, "isOn">): (text: string) => void {
  return input.isOn("json") ? () => undefined : say;
}
