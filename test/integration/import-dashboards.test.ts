/** `obsbox import dashboards`, against a stand-in for Grafana. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Dashboard } from "../../cli/import/dashboards.ts";
import { importDashboards } from "../../cli/import/grafana/import.ts";
import type { ImportChoice } from "../../cli/import/grafana/import.ts";
import { contentDigest, withMark } from "../../cli/import/grafana/mark.ts";
import { renameDashboard } from "../../cli/import/naming/dashboard.ts";
import { readNaming } from "../../cli/import/naming/naming.ts";
import { hasFailed } from "../../cli/import/outcome.ts";
import { readServer } from "../../cli/remote/server.ts";
import { samplePages } from "../fixtures/sample-pages.ts";
import { makeAuthority, makeLeaf } from "../../cli/box/certificates.ts";
import { freePort } from "../helpers/free-port.ts";
import { startGrafanaStandIn } from "../helpers/grafana-stand-in.ts";
import type { GrafanaStandIn } from "../helpers/grafana-stand-in.ts";
import { runCli } from "../helpers/run-cli.ts";

const pages = samplePages();
const uids = pages.map(({ uid }) => uid);
const [first = "", second = ""] = uids;
const areas = ["obsbox-hosts", "obsbox-services"];
const token = { OBSBOX_GRAFANA_TOKEN: "glsa_good" };

const usual: ImportChoice = {
  folder: undefined,
  allowOld: false,
  overwrite: false,
  prune: false,
  skipRefused: false,
  isDryRun: false,
  withChanges: false,
};

async function results(
  grafana: GrafanaStandIn,
  choice: Partial<ImportChoice> = {},
  dashboards: readonly Dashboard[] = pages,
) {
  const server = readServer("Grafana", grafana.url, {}, token);
  const { signal } = new AbortController();
  const report = await importDashboards(server, dashboards, { ...usual, ...choice }, signal);
  const { objects, notes } = report;
  const count = (result: string) => objects.filter((one) => one.kind === "dashboard" && one.result === result).length;
  return { objects, notes, count, hasFailed: hasFailed(report) };
}

const importBy = (grafana: Pick<GrafanaStandIn, "url">, ...more: readonly string[]) =>
  runCli(["import", "dashboards", "--to", grafana.url, ...more], token);

function change(grafana: GrafanaStandIn, uid: string, title: string) {
  const stored = grafana.dashboards.get(uid);
  if (stored === undefined) throw new Error(`${uid} is not there`);
  stored.model = { ...stored.model, title, version: Number(stored.model["version"]) + 1 };
}

test("the command brings all dashboards of the package, and says one line for each", async () => {
  await using grafana = await startGrafanaStandIn();
  const { code, stdout, stderr } = await importBy(grafana);
  expect([code, stderr]).toEqual([0, ""]);
  expect(grafana.dashboards.size).toBeGreaterThan(0);
  const said = stdout.split("\n").flatMap((line) => /^ {2}created {4}(obsbox-\S+)$/.exec(line)?.[1] ?? []);
  expect(said).toEqual([...grafana.dashboards.keys()]);
  expect(stdout).toMatch(/^Grafana 12\.1\.0 at http.*\n/);
  expect(stdout).toMatch(/\n\d+ created\.\n$/);
});

test("all are created in a folder for each area; then nothing changes; then what changes is updated", async () => {
  await using grafana = await startGrafanaStandIn();
  const created = await results(grafana);
  expect([created.hasFailed, created.count("created")]).toEqual([false, pages.length]);
  expect([...grafana.folders.keys()].toSorted()).toEqual(areas.toSorted());
  const writes = grafana.changes.length;
  const again = await results(grafana);
  expect([again.hasFailed, again.count("unchanged"), grafana.changes.length]).toEqual([false, pages.length, writes]);
  const chinese = await results(grafana, {}, samplePages("zh"));
  expect([chinese.hasFailed, chinese.count("updated")]).toEqual([false, pages.length]);
});

test("a dry run says the same and writes nothing", async () => {
  await using grafana = await startGrafanaStandIn();
  const { hasFailed, count } = await results(grafana, { isDryRun: true });
  expect([hasFailed, count("created"), grafana.changes]).toEqual([false, pages.length, []]);
});

test("what somebody changed there is kept, until its replacement is asked for", async () => {
  await using grafana = await startGrafanaStandIn();
  await results(grafana);
  change(grafana, first, "Mine");
  const kept = await results(grafana);
  expect([kept.hasFailed, kept.count("kept"), kept.count("unchanged")]).toEqual([false, 1, pages.length - 1]);
  expect(grafana.dashboards.get(first)?.model["title"]).toBe("Mine");
  const replaced = await results(grafana, { overwrite: true });
  expect([replaced.hasFailed, replaced.count("updated")]).toEqual([false, 1]);
  expect((await results(grafana)).count("unchanged")).toBe(pages.length);
});

test("what Grafana itself brings up to date is not taken for somebody's change", async () => {
  await using grafana = await startGrafanaStandIn();
  grafana.migrate = (model) => ({ ...model, schemaVersion: 99, preload: false });
  await results(grafana);
  expect((await results(grafana)).count("unchanged")).toBe(pages.length);
});

test("an update leaves a dashboard in the folder to which somebody moved it", async () => {
  await using grafana = await startGrafanaStandIn();
  await results(grafana);
  grafana.folders.set("theirs", "Theirs");
  Object.assign(grafana.dashboards.get(first) ?? {}, { folderUid: "theirs" });
  await results(grafana, {}, samplePages("zh"));
  expect(grafana.dashboards.get(first)?.folderUid).toBe("theirs");
});

test("a folder that is named is used where it is there, and made where it is not", async () => {
  await using grafana = await startGrafanaStandIn();
  grafana.folders.set("team", "The team");
  await results(grafana, { folder: "The team" }, pages.slice(0, 1));
  await results(grafana, { folder: "Another" }, pages.slice(1, 2));
  const titleOf = (uid: string) => grafana.folders.get(grafana.dashboards.get(uid)?.folderUid ?? "none");
  expect([titleOf(first), titleOf(second), grafana.folders.size]).toEqual(["The team", "Another", 2]);
});

test("the difference is shown where it is asked for, place by place", async () => {
  await using grafana = await startGrafanaStandIn();
  await results(grafana);
  const naming = readNaming({ map: ["service_name=app"], dialect: undefined });
  const renamed = pages.map((page) => ({ ...page, model: renameDashboard(page.model, naming) }));
  const { objects } = await results(grafana, { isDryRun: true, withChanges: true }, renamed);
  expect(objects[0]?.changes?.slice(0, 3)).toEqual([
    "annotations.list[Restarts].expr",
    String.raw`- "changes(z{service_name=\"$service\"}[1m])"`,
    String.raw`+ "changes(z{app=\"$service\"}[1m])"`,
  ]);
  expect((await results(grafana, { isDryRun: true }, renamed)).objects[0]?.changes).toBeUndefined();
});

test("broken off, it takes back what it wrote", async () => {
  await using grafana = await startGrafanaStandIn();
  const stop = new AbortController();
  grafana.migrate = (model) => {
    if (grafana.dashboards.size === 1) stop.abort();
    return model;
  };
  const server = readServer("Grafana", grafana.url, {}, token);
  await expect(importDashboards(server, pages, usual, stop.signal)).rejects.toThrow(/abort/i);
  expect([grafana.dashboards.size, grafana.folders.size]).toEqual([0, 0]);
});

test("pruning removes what is no longer part of obsbox, and nothing of anybody else", async () => {
  await using grafana = await startGrafanaStandIn();
  await results(grafana);
  const model = grafana.dashboards.get(first)?.model ?? {};
  // Written by an earlier version, saved under another name by somebody, and made by somebody.
  const old = { ...model, uid: "obsbox-old" };
  grafana.dashboards.set("their-copy", { model: { ...model, uid: "their-copy" }, folderUid: "" });
  grafana.dashboards.set("obsbox-copy", { model: { ...model, uid: "obsbox-copy" }, folderUid: "" });
  grafana.dashboards.set("obsbox-own", { model: { uid: "obsbox-own", tags: ["obsbox"] }, folderUid: "" });
  const mark = { version: "0.0.1", wanted: "0".repeat(16), stored: contentDigest(old) };
  grafana.dashboards.set("obsbox-old", { model: withMark(old, mark), folderUid: "" });
  const { objects } = await results(grafana, { prune: true });
  expect(objects.filter(({ result }) => result !== "unchanged").map(({ name, result }) => [name, result])).toEqual([
    ["obsbox-copy", "kept"],
    ["obsbox-old", "removed"],
  ]);
  expect([...grafana.dashboards.keys()]).toEqual(expect.arrayContaining(["their-copy", "obsbox-copy", "obsbox-own"]));
  expect(grafana.dashboards.has("obsbox-old")).toBe(false);
});

describe("when writing fails", () => {
  test("what was created is removed, with its folders", async () => {
    await using grafana = await startGrafanaStandIn();
    grafana.failsAt = uids.at(-1);
    const { hasFailed, objects, count } = await results(grafana);
    expect([hasFailed, grafana.dashboards.size, grafana.folders.size]).toEqual([true, 0, 0]);
    expect(count("undone")).toBe(pages.length - 1);
    expect(objects.at(-1)).toMatchObject({ result: "refused", why: expect.stringContaining("database is locked") });
  });

  test("what was updated is as it was before", async () => {
    await using grafana = await startGrafanaStandIn();
    await results(grafana);
    const before = new Map([...grafana.dashboards].map(([uid, { model }]) => [uid, model["title"]]));
    grafana.failsAt = uids.at(-1);
    const { hasFailed } = await results(grafana, {}, samplePages("zh"));
    expect(hasFailed).toBe(true);
    expect(new Map([...grafana.dashboards].map(([uid, { model }]) => [uid, model["title"]]))).toEqual(before);
    grafana.failsAt = undefined;
    expect((await results(grafana)).count("unchanged")).toBe(pages.length);
  });

  test("a folder stays into which somebody has put something meanwhile", async () => {
    await using grafana = await startGrafanaStandIn();
    grafana.failsAt = uids.at(-1);
    grafana.migrate = (model) => {
      grafana.dashboards.set("theirs", { model: { uid: "theirs" }, folderUid: areas[0] ?? "" });
      return model;
    };
    await results(grafana);
    expect([[...grafana.dashboards.keys()], [...grafana.folders.keys()]]).toEqual([["theirs"], [areas[0]]]);
  });
});

interface Refusal {
  readonly set: (grafana: GrafanaStandIn) => void;
  readonly says: RegExp;
  readonly choice?: Partial<ImportChoice>;
}

const foreign = (uid: string, more: object = {}) => ({
  model: { uid, title: "Theirs", version: 3, tags: ["obsbox"] },
  folderUid: "",
  ...more,
});

describe("one line for each object that is refused, nothing written, exit code 1:", () => {
  const cases: Readonly<Record<string, Refusal>> = {
    "a uid that is taken": {
      set: ({ dashboards }) => void dashboards.set(first, foreign(first)),
      says: /its uid is taken by "Theirs", which obsbox import did not make/,
    },
    "a uid that is taken, when everything is to be replaced": {
      set: ({ dashboards }) => void dashboards.set(first, foreign(first)),
      choice: { overwrite: true },
      says: /its uid is taken by "Theirs"/,
    },
    "a dashboard from a file": {
      set: ({ dashboards }) => void dashboards.set(first, foreign(first, { provisioned: true })),
      says: /it comes from a file on Grafana's machine/,
    },
    "no such data source": {
      set: (grafana) => void (grafana.sources = ["loki"]),
      says: /there is no data source of type prometheus/,
    },
    "no right to make dashboards": {
      set: (grafana) => void (grafana.actions = ["dashboards:read", "folders:create"]),
      says: /the token lacks the right dashboards:create/,
    },
    "no right to make folders": {
      set: (grafana) => void (grafana.actions = ["dashboards:read", "dashboards:create"]),
      says: /the token may not make the folder "obsbox /,
    },
    "a folder with the title of ours": {
      set: ({ folders }) => void folders.set("theirs", `obsbox hosts`),
      says: /there is another folder "obsbox .*": give it by --folder theirs/,
    },
  };

  test.each(Object.entries(cases))("%s", async (_what, { set, says, choice = {} }) => {
    await using grafana = await startGrafanaStandIn();
    set(grafana);
    const { hasFailed, objects } = await results(grafana, choice);
    expect([hasFailed, grafana.changes]).toEqual([true, []]);
    expect(objects.find(({ name }) => name === first)).toMatchObject({
      result: "refused",
      why: expect.stringMatching(says),
    });
  });

  test("the others are written when it is asked for", async () => {
    await using grafana = await startGrafanaStandIn();
    grafana.dashboards.set(first, foreign(first));
    const { notes } = await results(grafana);
    expect(notes).toEqual([`What is not refused (${pages.length - 1}) could be written: --skip-refused does it.`]);
    const { hasFailed, count } = await results(grafana, { skipRefused: true });
    expect([hasFailed, count("created"), count("refused")]).toEqual([true, pages.length - 1, 1]);
    expect(grafana.dashboards.get(first)?.model["title"]).toBe("Theirs");
  });
});

describe("one line and a remedy, exit code 1:", () => {
  const cases: Readonly<Record<string, readonly [(grafana: GrafanaStandIn) => void, RegExp, RegExp]>> = {
    "too old": [
      (grafana) => void (grafana.version = "10.4.2"),
      /is 10\.4\.2; the dashboards need 11\.6 or later/,
      /--allow-old/,
    ],
    "far too old": [(grafana) => void (grafana.version = "8.5.27"), /is 8\.5\.27; /, /^ {2}update it\n/m],
    "a token that is refused": [
      (grafana) => void (grafana.token = "other"),
      /refuses the token \(status 401\)/,
      /Service accounts/,
    ],
    "a page that is no Grafana": [
      (grafana) => void (grafana.page = "<html>Welcome</html>"),
      /does not answer as Grafana does \(status 200\)/,
      /start page/,
    ],
  };

  test.each(Object.entries(cases))("%s", async (_what, [set, says, remedy]) => {
    await using grafana = await startGrafanaStandIn();
    set(grafana);
    const { code, stdout, stderr } = await importBy(grafana);
    expect([code, stdout, grafana.changes]).toEqual([1, "", []]);
    expect(stderr.trim().split("\n")).toHaveLength(2);
    expect(stderr).toMatch(says);
    expect(stderr).toMatch(remedy);
  });

  test("nobody there", async () => {
    const { code, stderr } = await importBy({ url: `http://127.0.0.1:${await freePort()}` });
    expect(code).toBe(1);
    expect(stderr).toMatch(/cannot be reached: nothing listens there \(ECONNREFUSED\)/);
  });

  test("a name that nobody knows", async () => {
    const { code, stderr } = await importBy({ url: "http://grafana.invalid" });
    expect(code).toBe(1);
    expect(stderr).toMatch(/cannot be reached: its name /);
  });

  test("TLS where there is none", async () => {
    await using grafana = await startGrafanaStandIn();
    const { code, stderr } = await importBy({ url: grafana.url.replace("http:", "https:") });
    expect(code).toBe(1);
    expect(stderr).toMatch(/it does not speak TLS .*\n {2}give an http address/);
  });
});

test("an old one is taken when it is asked for", async () => {
  await using grafana = await startGrafanaStandIn();
  grafana.version = "10.4.2";
  const { hasFailed, count } = await results(grafana, { allowOld: true });
  expect([hasFailed, count("created")]).toEqual([false, pages.length]);
});

test("a certificate of an authority that is not known is refused, and taken when the authority is given", async () => {
  const authority = await makeAuthority("somebody");
  const certificate = await makeLeaf(authority, ["localhost"]);
  await using grafana = await startGrafanaStandIn(certificate);
  const refused = await importBy(grafana);
  expect([refused.code, grafana.changes]).toEqual([1, []]);
  expect(refused.stderr).toMatch(/authority that is not known here.*\n.*--ca FILE/);
  const ca = join(mkdtempSync(join(tmpdir(), "obsbox-ca-")), "ca.crt");
  writeFileSync(ca, authority.cert);
  expect((await importBy(grafana, "--ca", ca)).code).toBe(0);
});

test("wrong usage is refused before anybody is asked", async () => {
  const given = "http://127.0.0.1:1";
  const refusals = await Promise.all(
    [
      ["import", "dashboards"],
      ["import", "dashboards", "--to", "grafana"],
      ["import", "dashboards", "--to", given, "--only", "nothing"],
      ["import", "dashboards", "--to", given, "--language", "fr"],
      ["import", "dashboards", "--to", given, "--prune", "--only", first],
      ["export", "--target", "constructor"],
    ].map((args) => runCli(args)),
  );
  expect(refusals.map(({ code }) => code)).toEqual([2, 2, 2, 2, 2, 2]);
});
