/** Commands of the companion, run in its container. */
import type { Box } from "../box/box.ts";
import { compose } from "../docker/arguments.ts";
import { runCompose } from "../docker/compose.ts";
import { lastLine } from "../docker/run.ts";
import { UserError } from "../errors.ts";

/** @returns What it answers, parsed. @throws UserError with what it says is wrong. */
export async function callCompanion(box: Box, args: readonly string[]): Promise<unknown> {
  const { code, stdout, stderr } = await runCompose(box, compose.exec("auth", ["node", "/companion.mjs", ...args]));
  if (code === 0) return JSON.parse(stdout);
  const said = lastLine(stderr) ?? "it gives no reason";
  if (/is not running|no such service|No such container/i.test(said)) {
    throw new UserError("the component auth does not run, and it keeps users and tokens", {
      hint: "start it: obsbox up",
    });
  }
  // One line: what is wrong, and the remedy behind the last semicolon.
  const end = said.lastIndexOf("; ");
  const [what, hint] = end === -1 ? [said, "obsbox logs auth may say more"] : [said.slice(0, end), said.slice(end + 2)];
  throw new UserError(what, { hint });
}
