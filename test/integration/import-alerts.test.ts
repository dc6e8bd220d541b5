/** `obsbox import alerts`, into a real Prometheus, and into a stand-in for what takes rules by an API. */
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { hasFailed } from "../../cli/import/outcome.ts";
import type { Topic } from "../../cli/import/rules.ts";
import type { RulesChoice } from "../../cli/import/rules/choice.ts";
import { importRules } from "../../cli/import/rules/import.ts";
import { readServer } from "../../cli/remote/server.ts";
import { listAt, textAt } from "../../stack/companion/elasticsearch/json.ts";
import { startMimirStandIn } from "../helpers/mimir-stand-in.ts";
import type { MimirStandIn } from "../helpers/mimir-stand-in.ts";
import { sampleTopics } from "../fixtures/sample-pages.ts";
import { runCli } from "../helpers/run-cli.ts";
import { startPrometheus } from "../helpers/start-prometheus.ts";
import type { RunningPrometheus } from "../helpers/start-prometheus.ts";

const topics = sampleTopics();
const fileNames = topics.map(({ name }) => `obsbox-${name}.yml`);
const groupNames = topics.flatMap(({ groups }) => groups.map(({ name }) => name));
const [firstFile = ""] = fileNames;

const usual: RulesChoice = {
  rulesDir: undefined,
  overwrite: false,
  prune: false,
  isDryRun: false,
  withChanges: false,
};

async function results(
  { url }: { readonly url: string },
  choice: Partial<RulesChoice> = {},
  wanted: readonly Topic[] = topics,
) {
  const { signal } = new AbortController();
  const report = await importRules(readServer("Prometheus", url, {}, {}), wanted, { ...usual, ...choice }, signal);
  const { objects, notes } = report;
  const count = (result: string) => objects.filter((one) => one.result === result).length;
  return { objects, notes, count, hasFailed: hasFailed(report) };
}

const into = (prometheus: RunningPrometheus, choice: Partial<RulesChoice> = {}, wanted: readonly Topic[] = topics) =>
  results(prometheus, { rulesDir: prometheus.rulesDir, ...choice }, wanted);

async function loaded({ ask }: RunningPrometheus): Promise<readonly string[]> {
  return listAt(await ask("/api/v1/rules"), "data", "groups").map((group) => textAt(group, "name") ?? "");
}

describe("a real Prometheus", () => {
  test("takes all rules of the package by the command, and finds them again", async (context) => {
    await using prometheus = await startPrometheus(context);
    const command = ["import", "alerts", "--to", prometheus.url, "--rules-dir", prometheus.rulesDir];
    const created = await runCli([...command, "--map", "service_name=app"]);
    expect([created.code, created.stderr]).toEqual([0, ""]);
    expect(created.stdout).toMatch(/^Prometheus \d.*\n(?: {2}created {4}obsbox-[\w-]+\.yml\n)+\d+ created\.\n$/);
    const texts = readdirSync(prometheus.rulesDir).map((name) => readFileSync(join(prometheus.rulesDir, name), "utf8"));
    expect(texts.filter((text) => /[({,]service_name/.test(text))).toEqual([]);
    expect((await loaded(prometheus)).length).toBeGreaterThan(texts.length);
    const again = await runCli([...command, "--map", "service_name=app", "--json"]);
    const { objects, notes }: { objects: { result: string }[]; notes: unknown } = JSON.parse(again.stdout);
    expect([new Set(objects.map(({ result }) => result)), notes]).toEqual([new Set(["unchanged"]), []]);
  });

  test("has all groups after an import; then nothing changes; then what changes is updated", async (context) => {
    await using prometheus = await startPrometheus(context);
    const created = await into(prometheus);
    expect([created.hasFailed, created.count("created"), created.notes]).toEqual([false, topics.length, []]);
    expect([...(await loaded(prometheus))].toSorted()).toEqual([...groupNames].toSorted());
    const again = await into(prometheus);
    expect([again.hasFailed, again.count("unchanged"), again.notes]).toEqual([false, topics.length, []]);
    const other = await into(prometheus, { withChanges: true }, sampleTopics(1));
    expect([other.hasFailed, other.count("updated")]).toEqual([false, topics.length]);
    expect(other.objects[0]?.changes?.slice(0, 3)).toEqual([
      "groups[HostCpu].rules[HostCpuBad].expr",
      String.raw`- "up{service_name!=\"x\"} == 0"`,
      String.raw`+ "up{service_name!=\"x\"} == 1"`,
    ]);
  });

  test("refuses an expression that it cannot evaluate, before anything is written", async (context) => {
    await using prometheus = await startPrometheus(context);
    const rules = [{ alert: "Joined", expr: 'label_replace(vector(1), "a", "$1", "b", "(")' }];
    const bad = [...topics, { name: "bad", groups: [{ name: "bad", settings: {}, rules }] }];
    const { objects } = await into(prometheus, {}, bad);
    expect(objects).toEqual([
      {
        kind: "rules",
        name: "obsbox-bad.yml",
        result: "refused",
        why: expect.stringMatching(/^Joined cannot be evaluated there: /),
      },
    ]);
    expect(readdirSync(prometheus.rulesDir)).toEqual([]);
  });

  test("is left as it is by a dry run", async (context) => {
    await using prometheus = await startPrometheus(context);
    const { hasFailed, count } = await into(prometheus, { isDryRun: true });
    expect([hasFailed, count("created"), readdirSync(prometheus.rulesDir)]).toEqual([false, topics.length, []]);
  });

  test("keeps what somebody changed", async (context) => {
    await using prometheus = await startPrometheus(context);
    await into(prometheus);
    const path = join(prometheus.rulesDir, firstFile);
    writeFileSync(path, `${readFileSync(path, "utf8")}# mine\n`);
    const { hasFailed, count } = await into(prometheus, {}, sampleTopics(1));
    expect([hasFailed, count("kept")]).toEqual([false, 1]);
    expect(readFileSync(path, "utf8")).toMatch(/# mine\n$/);
  });

  test("that does not read the folder is as before, and the folder too", async (context) => {
    await using prometheus = await startPrometheus(context);
    const { hasFailed, objects, notes } = await results(prometheus, { rulesDir: prometheus.otherDir });
    expect([hasFailed, readdirSync(prometheus.otherDir)]).toEqual([true, []]);
    expect(objects[0]).toMatchObject({ result: "refused", why: expect.stringMatching(/does not read .*rule_files/) });
    expect(notes).toEqual(["All files are as they were before."]);
  });

  test("whose configuration is broken by another file is told so, and gets nothing", async (context) => {
    await using prometheus = await startPrometheus(context);
    prometheus.writeRules("theirs.yml", "groups: [{ name: x, rules: [{ alert: Bad, expr: 'sum(' }] }]\n");
    const { hasFailed, objects } = await into(prometheus);
    expect([hasFailed, readdirSync(prometheus.rulesDir)]).toEqual([true, ["theirs.yml"]]);
    expect(objects[0]?.why).toMatch(/does not load its configuration/);
  });

  test("that does not reload by HTTP keeps the files, and the user is told what to do", async (context) => {
    await using prometheus = await startPrometheus(context, { reloads: false });
    const { hasFailed, notes } = await into(prometheus);
    expect([hasFailed, readdirSync(prometheus.rulesDir).length]).toEqual([false, topics.length]);
    expect(notes).toEqual([expect.stringMatching(/Send it SIGHUP/)]);
  });

  test("a file of somebody else under a name of ours keeps everything from being written", async (context) => {
    await using prometheus = await startPrometheus(context);
    prometheus.writeRules(firstFile, "groups: []\n");
    const { hasFailed, objects } = await into(prometheus);
    expect([hasFailed, readdirSync(prometheus.rulesDir)]).toEqual([true, [firstFile]]);
    expect(objects).toEqual([
      { kind: "rules", name: firstFile, result: "refused", why: "this file was not made by obsbox import" },
    ]);
  });

  test("needs a folder that is there", async (context) => {
    await using prometheus = await startPrometheus(context);
    const { code, stderr } = await runCli(["import", "alerts", "--to", prometheus.url]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/--rules-dir is missing/)]);
  });
});

test("a Prometheus that is too old, and what is none, are refused", async () => {
  await using standIn = await startMimirStandIn();
  standIn.build = { version: "2.41.0" };
  const old = await runCli(["import", "alerts", "--to", standIn.url]);
  expect([old.code, old.stderr]).toEqual([1, expect.stringMatching(/is 2\.41\.0; obsbox needs 2\.42 or later/)]);
  const none = await runCli(["import", "alerts", "--to", `${standIn.url}/other`]);
  expect([none.code, none.stderr]).toEqual([
    1,
    expect.stringMatching(/does not answer as Prometheus does \(status 404\)/),
  ]);
});

describe("what takes rules by an API", () => {
  const own = ({ groups }: MimirStandIn) => [...groups.keys()].filter((key) => key !== "obsbox/obsbox-import");

  test("has all groups in one namespace; then nothing changes", async () => {
    await using mimir = await startMimirStandIn();
    const { hasFailed, count } = await results(mimir);
    expect([hasFailed, count("created")]).toEqual([false, groupNames.length]);
    expect(own(mimir)).toEqual(groupNames.map((name) => `obsbox/${name}`));
    expect((await results(mimir)).count("unchanged")).toBe(groupNames.length);
    expect((await results(mimir, {}, sampleTopics(1))).count("updated")).toBeGreaterThan(0);
  });

  test("keeps what somebody changed, and what somebody made", async () => {
    await using mimir = await startMimirStandIn();
    await results(mimir);
    const [group = ""] = own(mimir);
    mimir.groups.set(group, { ...mimir.groups.get(group), interval: "7m" });
    mimir.groups.set("obsbox/theirs", { name: "theirs", rules: [] });
    const { hasFailed, count } = await results(mimir, { prune: true });
    expect([hasFailed, count("kept")]).toEqual([false, 1]);
    expect(mimir.groups.get(group)?.["interval"]).toBe("7m");
    expect(mimir.groups.has("obsbox/theirs")).toBe(true);
  });

  test("refuses a group of somebody else with a name of ours, and nothing is written", async () => {
    await using mimir = await startMimirStandIn();
    mimir.groups.set(`obsbox/${groupNames[0]}`, { name: groupNames[0], rules: [] });
    const { hasFailed, objects } = await results(mimir);
    expect([hasFailed, mimir.groups.size, objects.map(({ why }) => why)]).toEqual([
      true,
      1,
      ["this group was not made by obsbox import"],
    ]);
  });

  test("loses the groups of topics that are not chosen any more", async () => {
    await using mimir = await startMimirStandIn();
    await results(mimir);
    const { hasFailed } = await results(mimir, { prune: true }, topics.slice(1));
    expect([hasFailed, own(mimir)]).toEqual([false, ["obsbox/Service"]]);
  });

  test("is as before when a group is not taken", async () => {
    await using mimir = await startMimirStandIn();
    mimir.failsAt = groupNames.at(-1);
    const { hasFailed, objects } = await results(mimir);
    expect([hasFailed, mimir.groups.size]).toEqual([true, 0]);
    expect(objects[0]?.why).toMatch(/group exceeds the limit/);
  });
});
