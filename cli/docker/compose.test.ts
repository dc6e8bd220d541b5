import { expect, test } from "vitest";
import { compose, docker } from "./arguments.ts";
import { composeEnvironment } from "./compose.ts";
import { parseServices } from "./model.ts";
import { parseMemory } from "./stats.ts";

test("what stands in the shell does not change a box; where Docker is does", () => {
  const shell = {
    PATH: "/bin",
    DOCKER_HOST: "tcp://x",
    COMPOSE_FILE: "other.yaml",
    OBSBOX_LOG_DIR: "/x",
    OBSBOX_PORT: "1",
  };
  expect(composeEnvironment(shell, "/box")).toEqual({
    PATH: "/bin",
    DOCKER_HOST: "tcp://x",
    PWD: "/box",
    DOCKER_CLI_HINTS: "false",
  });
});

test("services are listed as the catalogue has them, the user's own at the end", () => {
  const services = { mine: { image: "m" }, secrets: { image: "c", build: { context: "." } }, nginx: { image: "n" } };
  expect(parseServices(JSON.stringify({ services }, null, 2))).toEqual([
    { name: "nginx", image: "n", isBuilt: false },
    { name: "secrets", image: "c", isBuilt: true },
    { name: "mine", image: "m", isBuilt: false },
  ]);
});

test.each([
  ["10.5MiB / 64MiB", 11_010_048, 67_108_864],
  ["1.125GiB / 2GiB", 1_207_959_552, 2_147_483_648],
  ["912KiB / 1GiB", 933_888, 1_073_741_824],
  ["0B / 0B", 0, 0],
  ["-- / --", 0, 0],
])("the memory %s is read", (MemUsage, usedBytes, limitBytes) => {
  expect(parseMemory(JSON.stringify({ ID: "a", MemUsage })).get("a")).toEqual({ usedBytes, limitBytes });
});

test.each([
  ["stops and keeps the data", compose.down, "--progress plain down --remove-orphans"],
  ["stops and removes the data", compose.destroy, "--progress plain down --remove-orphans --volumes"],
  ["starts", compose.up, "--progress plain up --detach --remove-orphans"],
  ["runs a command", compose.exec("auth", ["node", "x"]), "exec -T auth node x"],
  ["reloads", compose.hangUp("nginx"), "--progress plain kill --signal SIGHUP nginx"],
  [
    "reads logs",
    compose.logs(["a"], { follow: true, since: "10m", tail: "5" }),
    "logs --no-color --follow --since 10m --tail 5 a",
  ],
  ["reads logs in colour", compose.logs([], { follow: false, isPlain: false }), "logs"],
  ["lists volumes", docker.projectVolumes("box"), "volume ls --quiet --filter label=com.docker.compose.project=box"],
  ["reads a volume", docker.create("v", "image"), "create --volume v:/v image none"],
])("the call that %s", (_what, args, expected) => {
  expect(args.join(" ")).toBe(expected);
});
