/** What keeps alerts from reaching anybody. */
import type { Box } from "../box/box.ts";
import { warning } from "../preflight/finding.ts";
import type { Finding } from "../preflight/finding.ts";
import { hasOwnConfiguration } from "./generate.ts";
import { readReceivers } from "./receivers.ts";

/** @returns Nothing where the user has a whole configuration of his own: what that does is not looked at. */
export function alertFindings(box: Pick<Box, "folder">): readonly Finding[] {
  if (hasOwnConfiguration(box)) return [];
  const { receivers, hasHeartbeat } = readReceivers(box);
  return [
    ...(receivers.some((one) => one.for !== "warning")
      ? []
      : [warning("nobody is told of critical alerts", "obsbox alerts receiver add TYPE")]),
    ...(hasHeartbeat
      ? []
      : [warning("nobody outside notices when this box itself is down", "obsbox alerts heartbeat URL")]),
  ];
}
