/** Alertmanager's configuration of a box: the base of this version, with the receivers of the user in its tree. */
import { parse, stringify } from "yaml";
import { receiverTypeOf } from "./receiver-types.ts";
import { heartbeat } from "./receiver.ts";
import type { OfficeHours, Receiver, Receivers } from "./receiver.ts";

interface Route {
  readonly receiver?: string;
  readonly [key: string]: unknown;
}

interface Base {
  readonly route: Route & { readonly routes: readonly Route[] };
  readonly receivers: readonly { readonly name: string; readonly [key: string]: unknown }[];
  readonly [key: string]: unknown;
}

/** Where the container sees the files of its secrets. */
export const secretsInside = "/run/obsbox";
/** Label of a test alert that goes to one receiver alone. */
export const directLabel = "obsbox_receiver";

const officeHoursName = "office-hours";

/**
 * Puts receivers into the tree of the base: each becomes a receiver of its own below the routes `critical` and `warning`, so
 * that Alertmanager sends, repeats and counts for each alone.
 * @param base Text of stack/config/alertmanager/alertmanager.yml.
 * @returns Text of the file that Alertmanager reads.
 */
export function alertmanagerConfig(base: string, given: Receivers): string {
  const { route, receivers, ...rest }: Base = parse(base);
  const merged = {
    ...rest,
    ...(given.officeHours === undefined ? {} : { time_intervals: [intervalOf(given.officeHours)] }),
    route: { ...route, routes: routesOf(route.routes, given) },
    receivers: [...receivers.map((one) => withHeartbeat(one, given.hasHeartbeat)), ...given.receivers.map(receiverOf)],
  };
  const note = "# Made by obsbox from its base and custom/alertmanager/receivers.yml: what is changed here is lost.\n";
  return note + stringify(merged, { aliasDuplicateObjects: false, lineWidth: 0 });
}

function receiverOf({ name, type, settings }: Receiver): Record<string, unknown> {
  const row = receiverTypeOf(type);
  return row === undefined ? { name } : { name, [row.key]: [row.configuration(settings, `${secretsInside}/${name}`)] };
}

function withHeartbeat<T extends { readonly name: string }>(receiver: T, hasHeartbeat: boolean): T {
  if (receiver.name !== heartbeat || !hasHeartbeat) return receiver;
  const config = { url_file: `${secretsInside}/${heartbeat}`, send_resolved: false, timeout: "10s" };
  return { ...receiver, webhook_configs: [config] };
}

/** First the tests of one receiver alone, then the routes of the base with the receivers of each below. */
function routesOf(routes: readonly Route[], { receivers, officeHours }: Receivers): readonly Route[] {
  const direct = receivers.map(({ name }) => ({
    receiver: name,
    matchers: [`${directLabel} = "${name}"`],
    group_wait: "0s",
    group_interval: "10s",
  }));
  return [...direct, ...routes.map((route) => withReceivers(route, receivers, officeHours))];
}

function withReceivers(route: Route, receivers: readonly Receiver[], officeHours: OfficeHours | undefined): Route {
  const { receiver: severity } = route;
  if (severity !== "critical" && severity !== "warning") return route;
  const own = receivers.filter(({ for: wanted }) => wanted === "all" || wanted === severity);
  if (own.length === 0) return route;
  // Intervals are not inherited: each branch has to name its own.
  const hours = severity === "warning" && officeHours !== undefined ? { active_time_intervals: [officeHoursName] } : {};
  return { ...route, routes: own.map(({ name }) => ({ receiver: name, continue: true, ...hours })) };
}

function intervalOf({ days, from, to, timeZone }: OfficeHours) {
  const interval = { weekdays: [days], times: [{ start_time: from, end_time: to }], location: timeZone };
  return { name: officeHoursName, time_intervals: [interval] };
}
