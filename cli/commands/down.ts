/** `obsbox down`: stops a box. Its data stays. */
import { findBox, dirOption } from "../box/find.ts";
import type { Command } from "../command.ts";
import { compose } from "../docker/arguments.ts";
import { composeOutput } from "../docker/compose.ts";
import { listContainers } from "../docker/containers.ts";
import { jsonOption, print, teller } from "../report/output.ts";

/** Elasticsearch is given two minutes to write what it holds. */
export const stopTimeoutMs = 5 * 60_000;

export const down: Command = {
  name: "down",
  about: "Stops a box and removes its containers. Its data stays.",
  options: { dir: dirOption, json: jsonOption },
  async run(input) {
    const box = findBox(input.values["dir"]);
    const tell = teller(input);
    const containers = await listContainers(box);
    if (containers.length > 0) {
      tell(`Stopping ${containers.length} containers ...`);
      await composeOutput(box, compose.down, { timeoutMs: stopTimeoutMs });
    }
    print(input, { folder: box.folder, stopped: containers.map(({ service }) => service) }, () => [
      containers.length === 0 ? "Nothing was running." : "Stopped. The data is kept: obsbox up goes on where it was.",
    ]);
    return 0;
  },
};
