import { expect, test } from "vitest";
import { catalog } from "../../stack/catalog.ts";
import type { Component } from "../../stack/catalog.ts";
import { settings } from "../../stack/settings.ts";
import type { Box } from "../box/box.ts";
import { dockerChecks } from "./docker-checks.ts";
import type { Daemon, DockerTrouble, Facts } from "./facts.ts";

/** What the limits of a box of size standard add up to; one-shots have ended before the others need it. */
const standardBytes = Object.values<Component>(catalog)
  .filter(({ oneShot, profile }) => oneShot !== true && profile === undefined)
  .reduce((sum, { memory }) => sum + memory.standard * 1024 ** 2, 0);

const defaults = Object.fromEntries(Object.entries(settings).map(([key, setting]) => [key, setting.default]));
const good: Daemon = {
  trouble: undefined,
  version: "28.2.2",
  os: "linux",
  memoryBytes: 16e9,
  cpus: 4,
  clockSkewMs: 0,
  composeVersion: "2.40.3",
  composeError: undefined,
  freeBytes: 100e9,
  rootFolder: "/var/lib/docker",
  containers: [{ folder: "/box", service: "nginx" }],
  port: { kind: "own" },
  subnets: [{ name: "Docker network other", subnet: "172.20.0.0/16" }],
  hasOtherSecrets: false,
};

interface Change {
  readonly daemon?: Partial<Daemon>;
  readonly trouble?: DockerTrouble;
  readonly settings?: Readonly<Record<string, string>>;
  readonly isOpenToOthers?: boolean;
}

function findingsOf({ daemon, trouble, settings = {}, isOpenToOthers = false }: Change): readonly string[] {
  const box: Box = { folder: "/box", given: settings, settings: { ...defaults, ...settings } };
  const facts: Facts = { box, isOpenToOthers, docker: trouble ?? { ...good, ...daemon } };
  return dockerChecks.flatMap(({ name, find }) =>
    (find(facts) ?? []).map(({ level, what, remedy }) => `${name} ${level}: ${what} -> ${remedy}`),
  );
}

test("a machine that has everything has no findings", () => {
  expect(findingsOf({})).toEqual([]);
});

const broken: readonly (readonly [string, Change, RegExp])[] = [
  [
    "no client",
    { trouble: { trouble: "missing", message: "" } },
    /^docker failure: docker is not installed.*get-docker/,
  ],
  [
    "no daemon",
    { trouble: { trouble: "unreachable", message: "refused" } },
    /^docker failure: .*refused -> start Docker/,
  ],
  ["no permission", { trouble: { trouble: "denied", message: "permission denied" } }, /usermod -aG docker/],
  ["an old engine", { daemon: { version: "19.03.1" } }, /^engine failure: .*19\.03\.1 is older than 20\.10/],
  ["Windows containers", { daemon: { os: "windows" } }, /^engine failure: .*Linux containers/],
  ["an engine before 28, open to others", { daemon: { version: "27.1" }, isOpenToOthers: true }, /^engine warning: /],
  ["no Compose", { daemon: { composeVersion: "" } }, /^compose failure: Docker Compose is missing/],
  ["an old Compose", { daemon: { composeVersion: "2.29.7" } }, /^compose failure: Docker Compose 2\.29\.7 is older/],
  [
    "a broken override",
    { daemon: { composeError: "yaml: line 3" } },
    /^compose failure: .*yaml: line 3 -> mend compose/,
  ],
  [
    "another box of this name",
    { daemon: { containers: [{ folder: "/other", service: "nginx" }] } },
    /^project failure: another box named obsbox is in \/other -> .*COMPOSE_PROJECT_NAME/,
  ],
  [
    "a taken port",
    { daemon: { port: { kind: "taken", by: "the container web" } } },
    /^port failure: port 443 is taken by the container web -> .*8443/,
  ],
  [
    "a foreign address",
    { daemon: { port: { kind: "elsewhere" } }, settings: { OBSBOX_BIND: "10.9.9.9" } },
    /^port failure: 10\.9\.9\.9 is no address/,
  ],
  ["little memory", { daemon: { memoryBytes: 4e9 } }, /^memory failure: Docker has 4\.0 GB .* -> .*--size small/],
  [
    "fewer cores than a limit",
    { daemon: { cpus: 1 } },
    /^memory failure: OBSBOX_ELASTICSEARCH_CPUS is 2, Docker has 1/,
  ],
  ["no disk", { daemon: { freeBytes: 1e9 } }, /^disk failure: 1\.0 GB free .*\/var\/lib\/docker.* -> make room/],
  ["less disk than is kept", { daemon: { freeBytes: 15e9 } }, /^disk warning: .*may keep 20\.0 GB/],
  [
    "a taken subnet",
    { daemon: { subnets: [{ name: "interface eth0", subnet: "10.213.0.5/16" }] } },
    /^subnet failure: .*collides with interface eth0 .* -> set another OBSBOX_GRAFANA_SUBNET/,
  ],
  [
    "data with other secrets",
    { daemon: { hasOtherSecrets: true } },
    /^volumes failure: .*other secrets -> .*obsbox destroy/,
  ],
];

test.each(broken)("%s is one finding with its remedy", (_what, change, expected) => {
  const findings = findingsOf(change);
  expect(findings).toHaveLength(1);
  expect(findings[0]).toMatch(expected);
  expect(findings[0]).not.toContain("\n");
});

test.each<readonly [string, Change]>([
  ["an engine before 28 on loopback", { daemon: { version: "20.10.24+dfsg1" } }],
  ["secrets that cannot be compared", { daemon: { hasOtherSecrets: undefined } }],
  ["a disk that cannot be seen", { daemon: { freeBytes: undefined } }],
  ["a small box on 4 GB", { daemon: { memoryBytes: 3.9 * 1024 ** 3 }, settings: smallSettings() }],
  ["just as much memory as the components that stay may take", { daemon: { memoryBytes: standardBytes } }],
  ["a free port", { daemon: { port: { kind: "free" } } }],
])("%s is no finding", (_what, change) => {
  expect(findingsOf(change)).toEqual([]);
});

function smallSettings(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(settings).flatMap(([key, { small }]) => (small === undefined ? [] : [[key, small]])),
  );
}

test("without Docker nothing of it counts as checked", () => {
  const docker: DockerTrouble = { trouble: "missing", message: "" };
  const facts: Facts = { box: { folder: "/box", given: {}, settings: defaults }, isOpenToOthers: false, docker };
  const [first, ...others] = dockerChecks.map(({ find }) => find(facts));
  expect(first).toHaveLength(1);
  expect(new Set(others)).toEqual(new Set([undefined]));
});
