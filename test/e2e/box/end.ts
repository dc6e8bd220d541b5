/** After the last test file: the boxes and their data go. With OBSBOX_KEEP set they stay, to be looked at or used again. */
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { boxAt, folderOf, kinds } from "./box.ts";
import type { Kind } from "./box.ts";

export function teardown(): void {
  if (process.env["OBSBOX_KEEP"]) return;
  for (const kind of Object.values(kinds)) removeBox(kind);
}

export function removeBox(kind: Kind): void {
  const folder = folderOf(kind);
  if (!existsSync(join(folder, "compose.yaml"))) return;
  boxAt(folder).compose("--profile", "*", "down", "--volumes", "--timeout", "10");
  rmSync(folder, { recursive: true });
}
