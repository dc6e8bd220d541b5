/** After the last test file: the box and its data go. With OBSBOX_KEEP set it stays, to be looked at or used again. */
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { boxAt, boxFolder } from "./box.ts";

export function teardown(): void {
  if (process.env["OBSBOX_KEEP"] || !existsSync(join(boxFolder, "compose.yaml"))) return;
  boxAt(boxFolder).compose("--profile", "*", "down", "--volumes", "--timeout", "10");
  rmSync(boxFolder, { recursive: true });
}
