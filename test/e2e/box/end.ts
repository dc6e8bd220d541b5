/** After the last test file: the boxes and their data go. With OBSBOX_KEEP set they stay, to be looked at or used again. */
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { boxAt, folderOf, kinds } from "./box.ts";

export function teardown(): void {
  if (!process.env["OBSBOX_KEEP"]) removeBoxes();
}

export function removeBoxes(): void {
  const folders = Object.values(kinds).map(folderOf);
  for (const folder of folders.filter((one) => existsSync(join(one, "compose.yaml")))) {
    boxAt(folder).compose("--profile", "*", "down", "--volumes", "--timeout", "10");
    rmSync(folder, { recursive: true });
  }
}
