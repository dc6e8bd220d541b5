import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { expect, test } from "vitest";
import { packageRoot } from "../paths.ts";
import { alertmanagerConfig } from "./configuration.ts";
import type { Receiver, Receivers } from "./receiver.ts";

const base = readFileSync(join(packageRoot, "stack/config/alertmanager/alertmanager.yml"), "utf8");

interface Route {
  readonly receiver: string;
  readonly matchers?: readonly string[];
  readonly routes?: readonly Record<string, unknown>[];
}

interface Config {
  readonly route: { readonly receiver: string; readonly routes: readonly Route[] };
  readonly receivers: readonly Record<string, unknown>[];
  readonly time_intervals?: unknown;
  readonly inhibit_rules: unknown;
}

function configOf(given: Partial<Receivers>): Config {
  return parse(alertmanagerConfig(base, { receivers: [], hasHeartbeat: false, ...given }));
}

const receiver = (name: string, wanted: Receiver["for"] = "all"): Receiver => ({
  name,
  type: "slack",
  for: wanted,
  settings: {},
});

const below = ({ route }: Config, name: string) => route.routes.find((one) => one.receiver === name)?.routes;

test("without receivers it is the base", () => {
  expect(configOf({})).toEqual(parse(base, { merge: true }));
});

test("a receiver stands below the routes of its severities, and the next one is asked too", () => {
  const config = configOf({
    receivers: [receiver("chat"), receiver("pager", "critical"), receiver("todo", "warning")],
  });
  const branch = (name: string) => ({ receiver: name, continue: true });
  expect(below(config, "critical")).toEqual([branch("chat"), branch("pager")]);
  expect(below(config, "warning")).toEqual([branch("chat"), branch("todo")]);
  expect(below(config, "nobody")).toBeUndefined();
  expect(config.inhibit_rules).toEqual(configOf({}).inhibit_rules);
});

test("a test can go to one receiver alone, at once, whatever its severity", () => {
  const [first] = configOf({ receivers: [receiver("chat")] }).route.routes;
  expect(first).toMatchObject({ receiver: "chat", matchers: ['obsbox_receiver = "chat"'], group_wait: "0s" });
});

test("office hours are for warnings only", () => {
  const officeHours = { days: "monday:friday", from: "08:00", to: "18:00", timeZone: "Asia/Shanghai" };
  const config = configOf({ receivers: [receiver("chat")], officeHours });
  expect(config.time_intervals).toEqual([
    {
      name: "office-hours",
      time_intervals: [
        {
          weekdays: ["monday:friday"],
          times: [{ start_time: "08:00", end_time: "18:00" }],
          location: "Asia/Shanghai",
        },
      ],
    },
  ]);
  expect(below(config, "warning")).toEqual([
    { receiver: "chat", continue: true, active_time_intervals: ["office-hours"] },
  ]);
  expect(below(config, "critical")).toEqual([{ receiver: "chat", continue: true }]);
});

test("the heartbeat calls an address from a file, and does not tell ends", () => {
  const heartbeatOf = (config: Config) => config.receivers.find(({ name }) => name === "heartbeat");
  expect(heartbeatOf(configOf({}))).toEqual({ name: "heartbeat" });
  expect(heartbeatOf(configOf({ hasHeartbeat: true }))).toMatchObject({
    webhook_configs: [{ url_file: "/run/obsbox/heartbeat", send_resolved: false }],
  });
});
