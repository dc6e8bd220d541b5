import { expect, test } from "vitest";
import { parseContainers, parseDetails, phaseOf } from "./containers.ts";
import type { Container } from "./containers.ts";

const row = { ID: "a1", Service: "nginx", State: "running", Health: "healthy", ExitCode: 0, Publishers: null };
const nginx: Container = { id: "a1", service: "nginx", state: "running", health: "healthy", exitCode: 0 };

test.each([
  ["a line for each container", `${JSON.stringify(row)}\n${JSON.stringify(row)}\n`, [nginx, nginx]],
  ["one container", JSON.stringify(row), [nginx]],
  ["a list, as Compose had it before 2.21", JSON.stringify([row]), [nginx]],
  ["nothing", "\n", []],
])("containers are read from %s", (_what, text, containers) => {
  expect(parseContainers(text)).toEqual(containers);
});

test.each([
  ["running", "healthy", 0, false, "healthy"],
  ["running", "", 0, false, "healthy"],
  ["running", "", 0, true, "starting"],
  ["running", "starting", 0, false, "starting"],
  ["running", "unhealthy", 0, false, "unhealthy"],
  ["restarting", "", 1, false, "restarting"],
  ["created", "", 0, false, "waiting"],
  ["exited", "", 0, true, "done"],
  ["exited", "", 0, false, "stopped"],
  ["exited", "", 143, false, "stopped"],
  ["exited", "", 137, true, "stopped"],
  ["exited", "", 1, true, "failed"],
  ["exited", "", 3, false, "failed"],
  ["dead", "", 1, false, "failed"],
])("%s, health %j, exit code %i, one-shot %s is %s", (state, health, exitCode, isOneShot, phase) => {
  expect(phaseOf({ id: "", service: "", state, health, exitCode }, isOneShot)).toBe(phase);
});

test("details hold the last failure of the healthcheck, and not the success after it", () => {
  const log = [
    { ExitCode: 1, Output: "first" },
    { ExitCode: 1, Output: " refused\n" },
    { ExitCode: 0, Output: "ok" },
  ];
  const state = { StartedAt: "s", FinishedAt: "f", OOMKilled: true, Health: { Log: log } };
  const labels = { "com.docker.compose.config-hash": "h" };
  const text = JSON.stringify([
    { Id: "a1", RestartCount: 2, Image: "sha256:1", State: state, Config: { Labels: labels } },
  ]);
  expect(parseDetails(text).get("a1")).toEqual({
    restarts: 2,
    startedAt: "s",
    finishedAt: "f",
    isOutOfMemory: true,
    lastFailure: "refused",
    hash: "h",
    image: "sha256:1",
  });
});

test("a container without a healthcheck has no failure", () => {
  expect(parseDetails('[{"Id":"a1","State":{}}]').get("a1")).toMatchObject({ lastFailure: "", restarts: 0 });
});
