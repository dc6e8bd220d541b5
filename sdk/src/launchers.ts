/** Programs that only start others. They pass `NODE_OPTIONS` on and have nothing to tell of themselves. */
import { entryPoint, readNearestPackage } from "./resource.ts";

const launchers = new Set([
  "@obsbox/sdk", // Its doctor.
  "concurrently",
  "corepack",
  "lerna",
  "nodemon",
  "npm",
  "npm-run-all",
  "npm-run-all2",
  "nx",
  "pm2",
  "pnpm",
  "tsx",
  "turbo",
  "yarn",
]);

/** Whether this process runs such a program; a service of the same name elsewhere is none. */
export function isLauncher(): boolean {
  const entry = entryPoint();
  if (entry === undefined || !/[\\/](node_modules|corepack)[\\/]/.test(entry)) return false;
  return launchers.has(readNearestPackage(entry)?.name ?? "");
}
