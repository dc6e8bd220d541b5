/** The seams of the stack: the catalogue, compose.yaml and the configurations say the same. */
import { parse } from "yaml";
import { describe, expect, test } from "vitest";
import { components, imageOf, smallBoxMiB } from "../../stack/catalog.ts";
import { secretFiles } from "../../stack/companion/secrets/files.ts";
import { exceptions } from "../../stack/exceptions.ts";
import type { Rule } from "../../stack/exceptions.ts";
import { memoryKeyOf, settings } from "../../stack/settings.ts";
import { composeFile, composePath, networksOf } from "../helpers/compose-file.ts";
import type { Service } from "../helpers/compose-file.ts";
import { readText, repositoryFiles } from "../helpers/repository.ts";

const services = Object.entries(composeFile.services);
const byName = new Map(services);
const configurations = repositoryFiles("stack/config/**");

const volumesOf = ({ volumes = [] }: Service) =>
  volumes.map((volume) => {
    const [source = "", target = "", mode = "rw"] = volume.replaceAll(/\$\{[^}]*:-([^}]*)\}/g, "$1").split(":");
    return { source, target, mode };
  });

describe("compose.yaml", () => {
  test("has the components of the catalogue, in its order or not", () => {
    expect([...byName.keys()].toSorted()).toEqual(components.map(({ name }) => name).toSorted());
  });

  test.each(components)("runs $name as the catalogue says", (component) => {
    const service = byName.get(component.name);
    if (service === undefined) throw new Error("there is no such service");
    expect(service.image).toBe(imageOf(component));
    expect(service.user).toBe(component.user);
    expect(service.profiles ?? []).toEqual(component.profile === undefined ? [] : [component.profile]);
    expect(service.mem_limit).toBe(`\${${memoryKeyOf(component.name)}:-${component.memory.standard}m}`);
    expect((service.tmpfs ?? []).map((mount) => mount.split(":")[0])).toEqual(component.writable);
    expect(service.restart).toBe(component.oneShot === true ? "no" : "unless-stopped");
  });

  test.each(components)("keeps the data of $name in the volumes of the catalogue, and nowhere else", (component) => {
    const service = byName.get(component.name);
    const writable = service === undefined ? [] : volumesOf(service).filter(({ mode }) => !mode.startsWith("ro"));
    const data = writable.filter(({ source }) => !source.endsWith("-secrets"));
    expect(Object.fromEntries(data.map(({ source, target }) => [source, target]))).toEqual(component.data ?? {});
  });

  test("declares each volume and network that is used, and no other", () => {
    const volumes = services.flatMap(([, service]) => volumesOf(service).map(({ source }) => source));
    const named = new Set(volumes.filter((source) => !/^[./]/.test(source)));
    expect(Object.keys(composeFile.volumes).toSorted()).toEqual([...named].toSorted());
    const networks = new Set(services.flatMap(([, service]) => networksOf(service)));
    expect(Object.keys(composeFile.networks).toSorted()).toEqual([...networks].toSorted());
  });

  test("reads settings of the table with the table's defaults", () => {
    const used = [...readText(composePath).matchAll(/\$\{([A-Z_]+):-([^${}]*)\}/g)];
    const wrong = used.filter(([, key = "", usual = ""]) => settings[key]?.default !== usual);
    expect(wrong.map(([all]) => all)).toEqual([]);
  });

  test("names the companion image of this version", () => {
    const { version }: { version: string } = JSON.parse(readText("package.json"));
    expect(byName.get("auth")?.image).toBe(`ghcr.io/obsbox/obsbox-companion:${version}`);
  });

  test("uses every setting of the table, but for those of the command", () => {
    const ofTheCommand = new Set(["COMPOSE_PROFILES", "OBSBOX_TLS_CERT", "OBSBOX_TLS_KEY"]);
    const text = readText(composePath);
    const unused = Object.keys(settings).filter((key) => !text.includes(`\${${key}:-`) && !ofTheCommand.has(key));
    expect(unused).toEqual([]);
  });
});

describe("a box of the size small", () => {
  test(`has limits that sum to at most ${smallBoxMiB} MiB`, () => {
    const usual = components.filter(({ profile, oneShot }) => profile === undefined && oneShot !== true);
    expect(usual.reduce((sum, { memory }) => sum + memory.small, 0)).toBeLessThanOrEqual(smallBoxMiB);
  });
});

/** Whether a service keeps a rule of the hardening. */
const rules: Readonly<Record<Rule, (service: Service) => boolean>> = {
  user: ({ user }) => !user.startsWith("0:"),
  capabilities: ({ cap_add: added = [] }) => added.length === 0,
  healthcheck: ({ healthcheck }) => healthcheck !== undefined,
  "published port": ({ ports = [] }) => ports.length === 0,
  "host folder": (service) => volumesOf(service).every(({ source }) => !isHostFolder(source)),
  "executable tmpfs": ({ tmpfs = [] }) => tmpfs.every((mount) => mount.includes("noexec")),
};

/** The folders of the box itself are config, custom and secrets. */
function isHostFolder(source: string): boolean {
  return source.startsWith("/") || source === "./logs";
}

describe("hardening", () => {
  test.each(services)("holds for %s, without an exception", (_name, service) => {
    expect(service).toMatchObject({
      read_only: true,
      cap_drop: ["ALL"],
      security_opt: ["no-new-privileges:true"],
      init: true,
      pids_limit: expect.any(Number),
      stop_grace_period: expect.any(String),
      logging: { driver: "json-file", options: { "max-size": "10m", "max-file": "3" } },
    });
    expect(service["cpus"]).toBeDefined();
    for (const key of ["privileged", "pid", "ipc", "userns_mode", "devices"]) expect(service).not.toHaveProperty(key);
    expect(service["network_mode"] ?? "none").toBe("none");
    expect(JSON.stringify(service)).not.toContain("docker.sock");
  });

  test.each(Object.entries(rules))("has for the rule %j the exceptions of the table, and no other", (rule, holds) => {
    const broken = services.filter(([, service]) => !holds(service)).map(([name]) => name);
    const listed = exceptions.filter((one) => one.rule === rule).map(({ component }) => component);
    expect(broken.toSorted()).toEqual(listed.toSorted());
  });

  test("mounts every host folder read-only", () => {
    const wrong = services.flatMap(([name, service]) =>
      volumesOf(service)
        .filter(({ source, mode }) => /^[./]/.test(source) && !mode.startsWith("ro"))
        .map(({ source }) => `${name} ${source}`),
    );
    expect(wrong).toEqual([]);
  });

  test("publishes one port, on the loopback address by default", () => {
    expect(services.flatMap(([, { ports = [] }]) => ports)).toEqual([
      "${OBSBOX_BIND:-127.0.0.1}:${OBSBOX_PORT:-443}:8443",
    ]);
  });
});

describe("networks", () => {
  const open = ["apps", "edge", "egress"];
  const members = (network: string) =>
    services.filter(([, service]) => networksOf(service).includes(network)).map(([name]) => name);

  test("are internal, but for the door, the way out and that of your services", () => {
    const internal = Object.entries(composeFile.networks).filter(([, network]) => network?.internal !== true);
    expect(internal.map(([name]) => name).toSorted()).toEqual(open);
  });

  test("have a fixed subnet that is none of those that Docker gives to networks by itself", () => {
    expect(settings["OBSBOX_GRAFANA_SUBNET"]?.default).not.toMatch(/^(172\.(1[7-9]|2\d|3[01])|192\.168)\./);
  });

  test.each([
    ["edge", ["nginx"]],
    ["egress", ["auth", "alertmanager"]],
    ["apps", ["nginx", "prometheus", "blackbox-exporter"]],
    ["grafana", ["nginx", "grafana"]],
    ["identity", ["nginx", "auth"]],
  ])("%s has %j and nobody else", (network, expected) => {
    expect(members(network)).toEqual(expected);
  });
});

describe("secrets", () => {
  test("are given to exactly the components that mount them", () => {
    const given = volumesOf(byName.get("secrets") ?? never()).filter(({ target }) => target.startsWith("/out/"));
    const mounted = services.filter(([, service]) => volumesOf(service).some(({ target }) => target === "/run/obsbox"));
    expect(given.map(({ target }) => target.replace("/out/", "")).toSorted()).toEqual(
      Object.keys(secretFiles).toSorted(),
    );
    expect(mounted.map(([name]) => name).toSorted()).toEqual(Object.keys(secretFiles).toSorted());
  });

  test.each(mountsOfSecrets())("%s sees its own volume, read-only", (name, volume) => {
    expect(volume).toEqual({ source: `${name}-secrets`, target: "/run/obsbox", mode: "ro" });
  });

  test("have no default in any file of the stack", () => {
    const files = [composePath, ...configurations];
    const literal = /(password|secret_?key|token|encryptionKey)["']?\s*[:=]\s*["']?(?!\s|\$|\/run\/)[\w$]/i;
    const known = /changeme|hunter2|admin:admin|elastic:elastic|s3cret/i;
    const wrong = files.flatMap((file) =>
      readText(file)
        .split("\n")
        .filter((line) => !line.trim().startsWith("#") && (literal.test(line) || known.test(line)))
        .map((line) => `${file}: ${line.trim()}`),
    );
    // `enable_login_token` is a switch of Grafana's.
    expect(wrong.filter((line) => !line.includes("enable_login_token = false"))).toEqual([]);
  });
});

describe("addresses in the configurations", () => {
  const portsBesideTheFirst: Readonly<Record<string, readonly number[]>> = {
    jaeger: [8888, 8889, 4318],
    auth: [9464],
    nginx: [8080],
  };
  const isKnown = (host: string, port: number) => {
    const component = components.find(({ name }) => name === host);
    return component?.port === port || (portsBesideTheFirst[host] ?? []).includes(port);
  };
  const shares = (one: string, other: string) => {
    const first = networksOf(byName.get(one) ?? never());
    return networksOf(byName.get(other) ?? never()).some((network) => first.includes(network));
  };

  interface ScrapeConfig {
    readonly job_name: string;
    readonly static_configs?: readonly { readonly targets: readonly string[] }[];
    readonly dns_sd_configs?: readonly { readonly names: readonly string[]; readonly port: number }[];
  }
  const prometheus: { readonly scrape_configs: readonly ScrapeConfig[] } = parse(
    readText("stack/config/prometheus/prometheus.yml"),
  );
  const targets = prometheus.scrape_configs.flatMap(
    ({ job_name: job, static_configs: fixed = [], dns_sd_configs: found = [] }) => [
      ...fixed.flatMap(({ targets: list }) => list.map((target) => [job, target] as const)),
      ...found.flatMap(({ names, port }) => names.map((name) => [job, `${name}:${port}`] as const)),
    ],
  );

  const isProbed = (target: string) => target.includes("://");

  test.each(targets.filter(([, target]) => !isProbed(target)))(
    "of the scrape job %s lead to %s, which Prometheus can reach",
    (_job, target) => {
      const [host = "", port = ""] = target.replace("localhost", "prometheus").split(":");
      expect(isKnown(host, Number(port))).toBe(true);
      expect(shares("prometheus", host)).toBe(true);
    },
  );

  test.each(targets.filter(([, target]) => isProbed(target)))(
    "of the scrape job %s have %s asked, which blackbox-exporter can reach",
    (_job, target) => {
      const { hostname, port } = new URL(target);
      // The name of the door on the network of the services.
      const host = hostname === "obsbox" ? "nginx" : hostname;
      expect(isKnown(host, Number(port))).toBe(true);
      expect(shares("blackbox-exporter", host)).toBe(true);
    },
  );

  const sources: { readonly datasources: readonly { readonly name: string; readonly url: string }[] } = parse(
    readText("stack/config/grafana/provisioning/datasources/datasources.yaml"),
  );

  test.each(sources.datasources)("of Grafana's data source $name lead to $url, which it can reach", ({ url }) => {
    const { hostname, port } = new URL(url);
    expect(isKnown(hostname, Number(port))).toBe(true);
    expect(shares("grafana", hostname)).toBe(true);
  });
});

describe("no component calls home", () => {
  test.each([
    ["stack/config/grafana/grafana.ini", "reporting_enabled = false"],
    ["stack/config/grafana/grafana.ini", "check_for_updates = false"],
    ["stack/config/grafana/grafana.ini", "check_for_plugin_updates = false"],
    ["stack/config/grafana/grafana.ini", "news_feed_enabled = false"],
    ["stack/config/grafana/grafana.ini", "public_key_retrieval_disabled = true"],
    ["stack/config/grafana/grafana.ini", "preinstall_auto_update = false"],
    ["stack/config/kibana/kibana.yml", "telemetry.enabled: false"],
    ["stack/config/kibana/kibana.yml", "newsfeed.enabled: false"],
    ["stack/config/kibana/kibana.yml", "xpack.fleet.isAirGapped: true"],
  ])("%s says %s", (file, line) => {
    expect(readText(file).split("\n")).toContain(line);
  });
});

function mountsOfSecrets() {
  return services.flatMap(([name, service]) =>
    volumesOf(service)
      .filter(({ target }) => target === "/run/obsbox")
      .map((volume) => [name, volume] as const),
  );
}

function never(): never {
  throw new Error("there is no such service");
}
