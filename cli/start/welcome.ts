/** What a person needs to know once the box runs. */
import { originOf } from "../box/box.ts";
import type { Box } from "../box/box.ts";
import { firstLoginPath } from "../box/first-login.ts";
import type { Paint } from "../report/style.ts";

export function welcomeLines(box: Box, hasFirstLogin: boolean, paint: Paint): readonly string[] {
  const rows: readonly (readonly [title: string, command: string, about: string])[] = [
    ["Address", originOf(box), ""],
    ["Sign in", "obsbox open", hasFirstLogin ? `the one-time link stands in ${firstLoginPath(box)}` : ""],
    ["Your services", "obsbox env", "the variables that point a service here"],
    ["Certificate", "obsbox trust", "if the browser warns"],
  ];
  const width = Math.max(...rows.map(([, command, about]) => (about === "" ? 0 : command.length)));
  return rows.map(([title, command, about]) => {
    const space = " ".repeat(Math.max(0, width - command.length));
    return `  ${title.padEnd(13)}  ${paint(command, "strong")}${about === "" ? "" : `${space}  ${paint(about, "quiet")}`}`;
  });
}
