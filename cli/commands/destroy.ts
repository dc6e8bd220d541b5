/** `obsbox destroy`: removes a box's data, once the user has said so. */
import { createInterface } from "node:readline/promises";
import { projectOf } from "../box/box.ts";
import type { Box } from "../box/box.ts";
import { findBox, dirOption } from "../box/find.ts";
import { forgetLinks } from "../box/first-login.ts";
import type { Command, Input } from "../command.ts";
import { compose, docker } from "../docker/arguments.ts";
import { composeOutput } from "../docker/compose.ts";
import { dockerOutput } from "../docker/run.ts";
import { UserError } from "../errors.ts";
import { volumesOf } from "../preflight/volumes.ts";
import { jsonOption, print, say } from "../report/output.ts";
import { stopTimeoutMs } from "./down.ts";

export const destroy: Command = {
  name: "destroy",
  about: "Removes a box's containers and all its data, after asking. Its folder stays.",
  options: { dir: dirOption, yes: { about: "Does not ask, for scripts" }, json: jsonOption },
  async run(input) {
    const box = findBox(input.values["dir"]);
    const volumes = await volumesOf(box);
    await confirm(box, volumes, input);
    await composeOutput(box, compose.destroy, { timeoutMs: stopTimeoutMs });
    const left = await volumesOf(box); // Of an older version, which compose.yaml no longer names.
    if (left.length > 0) await dockerOutput(docker.removeVolumes(left));
    forgetLinks(box);
    print(input, { folder: box.folder, removed: volumes }, () => [
      `Removed ${volumes.length} volumes with all their data.`,
      `Settings, secrets and your own files are still in ${box.folder}: obsbox up begins anew with them.`,
    ]);
    return 0;
  },
};

/** @throws UserError unless the user types the box's name. */
async function confirm(box: Box, volumes: readonly string[], input: Input): Promise<void> {
  if (input.isOn("yes")) return;
  const name = projectOf(box);
  say(`This removes the box ${name} (${box.folder}) and everything that it has stored:`);
  for (const volume of volumes) say(`  ${volume}`);
  const hint = "nothing was removed";
  if (!process.stdin.isTTY)
    throw new UserError("destroy asks first, and nobody is here to answer", { hint: "add --yes" });
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const interrupted = new AbortController();
  terminal.once("SIGINT", () => interrupted.abort());
  const question = terminal.question(`Type ${name} to remove it: `, { signal: interrupted.signal });
  const answer = await question.catch(() => "").finally(() => terminal.close());
  if (answer.trim() !== name) throw new UserError(`the answer was not ${name}`, { hint });
}
