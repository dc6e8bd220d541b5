/**
 * Worker threads inherit the flag that starts the SDK. Those that run the service's own code are observed; those of
 * libraries, such as a log transport or a compiler, are not: they would report themselves as the service.
 */
import { fileURLToPath } from "node:url";
import { ownFile } from "./own-files.ts";
import { entryPoint, readNearestPackage } from "./resource.ts";

/** Libraries whose threads run functions of the service. */
const pools = new Set(["piscina", "poolifier", "synckit", "tinypool", "workerpool"]);

const ownFolder = fileURLToPath(ownFile("."));

/** Whether this thread runs the service's code. */
export function isServiceThread(): boolean {
  const entry = entryPoint();
  if (entry === undefined || entry.startsWith(ownFolder)) return false;
  return !/[\\/]node_modules[\\/]/.test(entry) || pools.has(readNearestPackage(entry)?.name ?? "");
}
