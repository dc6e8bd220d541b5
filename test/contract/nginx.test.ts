/** Rules that every file of Nginx keeps, so that a new location is closed, strips identities, and reads like the others. */
import { describe, expect, test } from "vitest";
import { catalog } from "../../stack/catalog.ts";
import type { Component } from "../../stack/catalog.ts";
import { settings } from "../../stack/settings.ts";
import { repositoryFiles, readText } from "../helpers/repository.ts";
import { included, parseNginx, walk } from "../helpers/nginx-syntax.ts";
import type { Directive } from "../helpers/nginx-syntax.ts";

const folder = "stack/config/nginx/";
const files = new Map(
  repositoryFiles(`${folder}**`).map((path) => [path.slice(folder.length), parseNginx(readText(path))]),
);
const everything = [...files].flatMap(([file, block]) => walk(block).map((directive) => ({ file, ...directive })));

/** The whole configuration as Nginx sees it, each file in the place where it is included. */
const configuration = included(files, "nginx.conf");
const all = walk(configuration);

const named = (name: string, block: readonly Directive[] = all) => block.filter((directive) => directive.name === name);
const [box, ...otherServers] = named("server")
  .filter(({ block }) => block !== undefined)
  .toSorted((a, b) => locationsOf(b).length - locationsOf(a).length);
const locations = box === undefined ? [] : locationsOf(box);
const routes = locations.filter(({ args }) => !String(args.at(-1)).startsWith("@"));
const pathOf = ({ args }: Directive) => String(args.at(-1));
const valueOf = (name: string, { block = [] }: Directive) => named(name, block).map(({ args }) => args.join(" "));
const proxies = routes.filter((route) => valueOf("proxy_pass", route).length > 0);

function locationsOf({ block = [] }: Directive): readonly Directive[] {
  return named("location", block);
}

test("every file is part of the configuration", () => {
  const parts = ["nginx.conf", ...named("include").map(({ args: [path = ""] }) => path)];
  const expected = parts.flatMap((path) =>
    path.startsWith("/") ? [] : [path.startsWith("conf.d/") ? `templates/${path.slice(7)}.template` : path],
  );
  expect([...files.keys()].toSorted()).toEqual([...new Set(expected)].toSorted());
});

test.each([
  "alias",
  "rewrite",
  "rewrite_log",
  "merge_slashes",
  "underscores_in_headers",
  "ignore_invalid_headers",
  "satisfy",
  "autoindex",
  "early_data",
  "ssl_early_data",
  "set_real_ip_from",
  "perl_set",
  "js_import",
])("nobody says %s", (name) => {
  expect(named(name, everything)).toEqual([]);
});

test("an if does nothing but return or set", () => {
  for (const { file, block = [], args } of everything.filter(({ name }) => name === "if")) {
    expect([file, args, block.map(({ name }) => name)]).toEqual([
      file,
      args,
      [expect.stringMatching(/^(return|set)$/)],
    ]);
  }
});

describe("locations", () => {
  test.each(routes.map((route) => [route.args.join(" ")]))(
    "%s is an exact path, or a prefix that ends in a slash",
    (text) => {
      expect(text).toMatch(/^(= \/\S*|\^~ \/\S*\/|\/)$/);
    },
  );

  test("what no location names is not there, for whoever is signed in", () => {
    const rest = routes.find((route) => pathOf(route) === "/" && route.args.length === 1);
    expect(rest && valueOf("try_files", rest)).toEqual(["/nothing =404"]);
    expect(rest && valueOf("auth_request", rest)).toEqual([]);
  });

  test("only one server has any, and asks auth for all of them", () => {
    expect(box?.block?.filter(({ name }) => name === "auth_request").map(({ args }) => args)).toEqual([
      ["/oauth2/auth"],
    ]);
    const open = otherServers.filter((server) => valueOf("listen", server).some((port) => port.startsWith("8443")));
    expect(
      open.map((server) => [locationsOf(server), valueOf("return", server).map((text) => text.slice(0, 3))]),
    ).toEqual([
      [[], ["421"]],
      [[], ["421"]],
    ]);
  });

  test("only the questions to auth and the sign-in go without it", () => {
    const without = locations.filter((location) => valueOf("auth_request", location).includes("off")).map(pathOf);
    expect(without.toSorted()).toEqual(["/machine/auth", "/oauth2/", "/oauth2/auth"]);
    const inner = locations.filter(({ block = [] }) => block.some(({ name }) => name === "internal")).map(pathOf);
    expect(inner.toSorted()).toEqual(["/machine/auth", "/oauth2/auth"]);
  });

  test("machines are asked for their token, people for their role, nobody for both", () => {
    for (const route of proxies) {
      const path = pathOf(route);
      if (/^\/(oauth2|machine)\//.test(path)) continue;
      const isForMachines = /^\/(otlp|push|es)\//.test(path);
      const sets = valueOf("set", route);
      expect([path, valueOf("auth_request", route)]).toEqual([path, isForMachines ? ["/machine/auth"] : []]);
      expect([path, sets.some((text) => /^\$scope (otlp|push|es)$/.test(text))]).toEqual([path, isForMachines]);
      expect([path, sets.some((text) => /^\$needs (viewer|\$\w+_needs)$/.test(text))]).toEqual([path, !isForMachines]);
      expect([path, sets.some((text) => text.startsWith("$component "))]).toEqual([path, true]);
    }
  });

  test("a route that asks a table of rights is refused before anything else when nobody has them", () => {
    for (const route of proxies.filter((route) => valueOf("set", route).some((text) => text.startsWith("$needs")))) {
      const guard = named("if", route.block).find(({ args }) => args.join(" ") === "($needs = nobody)");
      expect([pathOf(route), guard?.block?.map(({ name, args }) => [name, ...args])]).toEqual([
        pathOf(route),
        [["return", "403"]],
      ]);
    }
  });
});

describe("what is passed on", () => {
  test("goes through the snippet that takes identities away", () => {
    for (const route of proxies) {
      const headers = valueOf("proxy_set_header", route);
      expect([pathOf(route), headers.slice(0, 3)]).toEqual([
        pathOf(route),
        ["Authorization ", "Proxy-Authorization ", "Cookie "],
      ]);
    }
  });

  test("has no header twice that could both have a value", () => {
    for (const route of proxies) {
      const valued = valueOf("proxy_set_header", route).filter((text) => !text.endsWith(" "));
      const names = valued.map((text) => text.split(" ")[0]?.toLowerCase());
      expect([pathOf(route), names.filter((name, index) => names.indexOf(name) < index)]).toEqual([pathOf(route), []]);
    }
  });

  test("carries cookies to auth and to nobody else, and takes none from others", () => {
    for (const route of proxies) {
      const isAuth = pathOf(route).startsWith("/oauth2/");
      expect([pathOf(route), valueOf("proxy_set_header", route).includes("Cookie $http_cookie")]).toEqual([
        pathOf(route),
        isAuth,
      ]);
      const hides = valueOf("proxy_hide_header", route).includes("Set-Cookie");
      expect([pathOf(route), hides]).toEqual([pathOf(route), !/^\/(oauth2|machine)\//.test(pathOf(route))]);
    }
  });

  test("keeps its path, but for the two doors of machines that lead to one place each", () => {
    const targets = proxies.map((route) => [pathOf(route), ...valueOf("proxy_pass", route)]);
    const rewritten = targets.filter(([, target = ""]) => /^https?:\/\/[^/]+\//.test(target));
    expect(rewritten).toEqual([
      ["/otlp/v1/traces", "http://jaeger-otlp/v1/traces"],
      ["/es/_bulk", "https://elasticsearch/_bulk"],
    ]);
  });

  test("over TLS is checked", () => {
    for (const route of proxies.filter((route) => valueOf("proxy_pass", route)[0]?.startsWith("https:"))) {
      expect(valueOf("proxy_ssl_verify", route)).toEqual(["on"]);
      expect(valueOf("proxy_ssl_trusted_certificate", route)).toEqual(["/run/obsbox/ca.crt"]);
    }
  });
});

describe("upstreams", () => {
  const upstreams = named("upstream");

  test.each(upstreams.map((upstream) => [upstream.args[0] ?? "", upstream] as const))(
    "%s is looked up while Nginx runs, by name and port of the catalogue",
    (name, { block = [] }) => {
      expect(block.map(({ name }) => name)).toEqual(["zone", "least_conn", "server", "keepalive"]);
      const [address = "", resolve] = named("server", block)[0]?.args ?? [];
      const expected: Readonly<Record<string, string>> = {
        people: "${OBSBOX_AUTH_UPSTREAM}",
        "jaeger-otlp": "jaeger:4318",
      };
      const component: Component | undefined = Object.entries(catalog).find(([key]) => key === name)?.[1];
      expect([address, resolve]).toEqual([expected[name] ?? `${name}:${component?.port}`, "resolve"]);
    },
  );

  test("are all used, and all that is used is one of them", () => {
    const names = upstreams.map(({ args: [name] }) => name);
    const used = proxies.flatMap((route) =>
      valueOf("proxy_pass", route).map((url) => url.replace(/^https?:\/\/([^/]+).*$/, "$1")),
    );
    expect(new Set(used.filter((name) => !name.startsWith("$")))).toEqual(new Set(names));
  });

  test("have a location for each page of the catalogue", () => {
    const pages = Object.values(catalog).flatMap((component) => ("page" in component ? [component.page.path] : []));
    expect(pages.filter((path) => !routes.some(({ args }) => args.join(" ") === `^~ ${path}`))).toEqual([]);
  });
});

test("headers are added in one place, for all answers", () => {
  const adding = everything.filter(({ name }) => name === "add_header");
  expect(new Set(adding.map(({ file }) => file))).toEqual(new Set(["snippets/security-headers.conf"]));
  expect(adding.filter(({ args }) => args.at(-1) !== "always")).toEqual([]);
  const servers = named("server").filter((server) => valueOf("listen", server).some((port) => port.startsWith("8443")));
  expect(servers.map((server) => valueOf("add_header", server).length)).toEqual(servers.map(() => adding.length));
});

test("names that are not ours get no handshake", () => {
  const rest = otherServers.find((server) => valueOf("server_name", server).includes("~."));
  expect(rest && valueOf("ssl_reject_handshake", rest)).toEqual(["on"]);
  // Server names with patterns are tried in their order: ours come first.
  expect(named("server").findIndex((server) => server === box)).toBeLessThan(
    named("server").findIndex((server) => server === rest),
  );
});

test("TLS is 1.2 and 1.3 with forward secrecy, without tickets", () => {
  expect(named("ssl_protocols").map(({ args }) => args)).toEqual([["TLSv1.2", "TLSv1.3"]]);
  expect(named("ssl_ciphers").flatMap(({ args }) => args.join("").split(":"))).toEqual(
    expect.arrayContaining([expect.stringMatching(/^ECDHE-/)]),
  );
  expect(
    named("ssl_ciphers")
      .flatMap(({ args }) => args.join("").split(":"))
      .filter((name) => !/^ECDHE-.*(GCM|POLY1305)/.test(name)),
  ).toEqual([]);
  expect(named("ssl_session_tickets").map(({ args }) => args)).toEqual([["off"]]);
  expect(named("server_tokens").every(({ args: [value] }) => value === "off")).toBe(true);
});

test("every setting that the files take is one that there is", () => {
  const used = [...files.keys()].flatMap((file) =>
    [...readText(folder + file).matchAll(/\$\{(OBSBOX_\w+)\}/g)].map(([, name = ""]) => name),
  );
  const known = [...new Set(used)].filter((name) => name in settings);
  expect(known.toSorted()).toEqual([...new Set(used)].toSorted());
});

test("what is logged has no query, cookie, token or referrer", () => {
  const formats = named("log_format").map(({ args }) => args.join(""));
  expect(formats).toHaveLength(1);
  expect(formats.join("")).not.toMatch(
    /\$(request|request_uri|args|query_string|uri|http_cookie|http_authorization|http_referer|cookie_\w+|arg_\w+)\b(?!_)/,
  );
});
