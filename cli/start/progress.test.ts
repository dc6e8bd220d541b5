import { expect, test } from "vitest";
import type { Container } from "../docker/containers.ts";
import { hopeless, inTrouble, isAllReady, trackProgress } from "./progress.ts";

const none = new Set<string>();
const container = (service: string, state: string, health = "", exitCode = 0): Container => ({
  id: service,
  service,
  state,
  health,
  exitCode,
});

test("seconds count from the first sight of a container to ready", () => {
  const tracker = trackProgress(["nginx", "secrets"], 0);
  tracker.update([], none, 1000);
  tracker.update([container("nginx", "running", "starting")], none, 5000);
  tracker.update([container("nginx", "running", "healthy"), container("secrets", "running")], none, 9000);
  const last = tracker.update([container("nginx", "running", "healthy"), container("secrets", "exited")], none, 12_000);
  expect(last.map(({ name, phase, seconds }) => [name, phase, seconds])).toEqual([
    ["nginx", "healthy", 4],
    ["secrets", "done", 3],
  ]);
  expect(isAllReady(last)).toBe(true);
});

test("a component without a container waits, or its image is on its way", () => {
  const tracker = trackProgress(["nginx", "grafana"], 0);
  const now = tracker.update([], new Set(["grafana"]), 1000);
  expect(now.map(({ phase, seconds }) => [phase, seconds])).toEqual([
    ["waiting", undefined],
    ["pulling", undefined],
  ]);
});

test.each([
  ["failed at once", [container("a", "exited", "", 1)], 1],
  ["unhealthy for a minute", [container("a", "running", "unhealthy")], 61],
  ["restarting for long", [container("a", "restarting", "", 1)], 46],
])("what is %s does not become ready by itself", (_what, containers, seconds) => {
  const tracker = trackProgress(["a"], 0);
  tracker.update(containers, none, 0);
  expect(hopeless(tracker.update(containers, none, seconds * 1000))).toHaveLength(1);
});

test.each([
  ["unhealthy for a moment", [container("a", "running", "unhealthy")], 10],
  ["starting for an hour", [container("a", "running", "starting")], 3600],
  ["healthy", [container("a", "running", "healthy")], 3600],
])("what is %s may become ready", (_what, containers, seconds) => {
  const tracker = trackProgress(["a"], 0);
  tracker.update(containers, none, 0);
  expect(hopeless(tracker.update(containers, none, seconds * 1000))).toEqual([]);
});

test("what falls again and again is hopeless although it runs between", () => {
  const tracker = trackProgress(["a"], 0);
  for (let fall = 0; fall < 4; fall += 1) {
    tracker.update([container("a", "restarting", "", 1)], none, fall * 2000);
    tracker.update([container("a", "running", "starting")], none, fall * 2000 + 1000);
  }
  const now = tracker.update([container("a", "running", "starting")], none, 9000);
  expect([hopeless(now).length, inTrouble(now).length, now[0]?.falls]).toEqual([1, 1, 4]);
  expect(hopeless(tracker.update([container("a", "running", "healthy")], none, 9500))).toEqual([]);
});
