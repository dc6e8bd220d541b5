/** `obsbox alerts`: what it writes, what it has Docker do, and what it refuses, with a stand-in for Docker's client. */
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { dockerStandIn, goodAnswers } from "../helpers/docker-stand-in.ts";
import type { Answer } from "../helpers/docker-stand-in.ts";
import { freePort } from "../helpers/free-port.ts";
import { cliEnvironment, cliMain, makeBox } from "../helpers/run-cli.ts";
import type { CliResult } from "../helpers/run-cli.ts";

let folder = "";
const newBox = async () => void (folder = await makeBox(await freePort()));

const running: Answer = {
  words: "compose ps --all --no-trunc",
  stdout: JSON.stringify({ ID: "1", Service: "alertmanager", State: "running", Health: "healthy", ExitCode: 0 }),
};
const stopped: Answer = { words: "compose ps --all --no-trunc" };
const content: readonly Answer[] = [
  { words: "compose run --rm --no-deps -T secrets" },
  { words: "compose exec -T alertmanager amtool check-config" },
  { words: "compose kill --signal SIGHUP alertmanager" },
];

interface Run {
  readonly answers?: readonly Answer[];
  readonly input?: string;
}

/** The command with something on its stdin. */
async function obsbox(args: readonly string[], { answers = [stopped], input = "" }: Run = {}) {
  const docker = dockerStandIn([...answers, ...goodAnswers]);
  const { promise, resolve } = Promise.withResolvers<CliResult>();
  const env = { ...cliEnvironment, ...docker.env, OBSBOX_DIR: folder };
  const child = execFile(process.execPath, [cliMain, "alerts", ...args], { env }, (_error, stdout, stderr) =>
    resolve({ code: child.exitCode ?? -1, stdout, stderr }),
  );
  child.stdin?.end(input);
  const calls = () => docker.calls().map((call) => call.replace("--progress plain ", ""));
  return { ...(await promise), calls: calls() };
}

const url = "https://hooks.slack.com/services/T0/B0/a-key-that-nobody-sees";
const secretOf = (name: string) => join(folder, "secrets/alertmanager", name);
const readConfig = () => readFileSync(join(folder, "generated/alertmanager/alertmanager.yml"), "utf8");
const receivers = () => parse(readConfig()).receivers.map(({ name }: { readonly name: string }) => name);

describe("receiver add", () => {
  beforeEach(newBox);

  test("in two words: the address lies in a file of its owner, the name in the configuration", async () => {
    const { code, stdout } = await obsbox(["receiver", "add", "slack"], { input: `${url}\n` });
    expect([code, stdout]).toEqual([
      0,
      "slack is told of critical alerts and warnings.\nAlertmanager does not run now: obsbox up starts it with that.\n",
    ]);
    expect(readFileSync(secretOf("slack"), "utf8")).toBe(url);
    expect(statSync(secretOf("slack")).mode & 0o777).toBe(0o600);
    expect(receivers()).toEqual(["nobody", "heartbeat", "critical", "warning", "slack"]);
  });

  test("shows and writes the secret nowhere else", async () => {
    const { stdout, stderr, calls } = await obsbox(["receiver", "add", "slack", "--json"], {
      input: url,
      answers: [running, ...content],
    });
    const files = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    const holders = files.filter((path) => readFileSync(path, "utf8").includes("a-key-that-nobody-sees"));
    expect(holders).toEqual([secretOf("slack")]);
    expect([stdout, stderr, ...calls].join("\n")).not.toContain("a-key-that-nobody-sees");
    expect(JSON.parse(stdout)).toEqual({
      name: "slack",
      type: "slack",
      for: "all",
      settings: {},
      changed: true,
      isLive: true,
    });
  });

  test("hands the secret over, has Alertmanager's own tool look, and only then has it read the file", async () => {
    const { code, calls } = await obsbox(["receiver", "add", "slack"], { input: url, answers: [running, ...content] });
    expect([code, ...calls.slice(1)]).toEqual([
      0,
      "compose run --rm --no-deps -T secrets",
      "compose exec -T alertmanager amtool check-config /run/alertmanager/candidate.yml",
      "compose exec -T alertmanager amtool check-config /run/alertmanager/alertmanager.yml",
      "compose kill --signal SIGHUP alertmanager",
    ]);
    expect(readdirSync(join(folder, "generated/alertmanager"))).toEqual(["alertmanager.yml"]);
  });

  test("a second time changes nothing and says so", async () => {
    await obsbox(["receiver", "add", "slack", "--set", "channel=#ops"], { input: url });
    const before = readConfig();
    const again = await obsbox(["receiver", "add", "slack", "--set", "channel=#ops"], { input: url });
    expect([again.code, again.stdout, readConfig()]).toEqual([0, "Nothing to change.\n", before]);
  });

  test("changes the settings of one that is there, and keeps its secret", async () => {
    await obsbox(["receiver", "add", "slack"], { input: url });
    const { code } = await obsbox(["receiver", "add", "slack", "--for", "critical", "--set", "channel=#fire"]);
    expect([code, readFileSync(secretOf("slack"), "utf8")]).toEqual([0, url]);
    const { stdout } = await obsbox(["receiver", "list", "--json"]);
    expect(JSON.parse(stdout).receivers).toEqual([
      { name: "slack", type: "slack", for: "critical", settings: { channel: "#fire" }, hasSecret: true },
    ]);
  });

  test("takes the secret from a file", async () => {
    const path = join(folder, "token");
    writeFileSync(path, "123:abc\n");
    const { code } = await obsbox([
      ..."receiver add telegram family --set chat_id=-100 --secret-file".split(" "),
      path,
    ]);
    expect([code, readFileSync(secretOf("family"), "utf8")]).toEqual([0, "123:abc"]);
  });

  test("needs none for a mail server that nobody signs in at", async () => {
    const settings = ["to=a@example.com", "from=b@example.com", "smarthost=mail.example.com:25", "require_tls=false"];
    const { code } = await obsbox(["receiver", "add", "email", ...settings.flatMap((one) => ["--set", one])]);
    expect([code, existsSync(secretOf("email"))]).toEqual([0, false]);
  });

  test("what Alertmanager refuses is undone", async () => {
    await obsbox(["receiver", "add", "slack"], { input: url });
    const before = readConfig();
    const refusal: Answer = {
      words: "compose exec -T alertmanager amtool check-config",
      code: 1,
      stdout: "Checking '/run/alertmanager/candidate.yml'  FAILED: no discord webhook URL provided\n",
      stderr: "amtool: error: failed to validate 1 file(s)\n",
    };
    const { code, stderr } = await obsbox(["receiver", "add", "discord"], {
      input: "https://discord.example/hook",
      answers: [running, refusal, ...content],
    });
    expect([code, stderr]).toEqual([
      1,
      "obsbox: Alertmanager refuses it: Checking 'custom/alertmanager/receivers.yml'  FAILED: no discord webhook URL provided\n  nothing was changed; what it had goes on\n",
    ]);
    expect([readConfig(), existsSync(secretOf("discord"))]).toEqual([before, false]);
    const { stdout } = await obsbox(["receiver", "list", "--json"]);
    expect(JSON.parse(stdout).receivers).toHaveLength(1);
  });
});

describe("bad input", () => {
  // Nothing is written: one box is enough.
  beforeAll(newBox);

  const cases: readonly (readonly [readonly string[], string, RegExp])[] = [
    [["receiver", "add"], "", /TYPE is missing/],
    [["receiver", "add", "pigeon"], url, /the type .*"pigeon"\n {2}expected one of email, slack,/],
    [["receiver", "add", "slack"], "", /needs the address of its incoming webhook\n {2}give it on stdin or with/],
    [["receiver", "add", "slack"], "hooks.slack.com/T0", /the address is not usable\n {2}expected .*https:\/\//],
    [["receiver", "add", "slack"], `${url}\n${url}`, /secret is not usable\n {2}expected .*one line/],
    [["receiver", "add", "webhook"], "http://localhost:8080/", /expected host\.docker\.internal/],
    [["receiver", "add", "slack", "--for", "info"], url, /"info"\n {2}expected one of critical, warning, all/],
    [["receiver", "add", "slack", "--set", "channel"], url, /--set: got "channel"\n {2}expected KEY=VALUE/],
    [["receiver", "add", "telegram"], "1:a", /needs chat_id\n {2}add --set chat_id=…/],
    [["receiver", "remove", "nobody-here"], "", /there is no receiver nobody-here\n {2}there are: none/],
    [["heartbeat"], "", /either an address or --off/],
    [["heartbeat", "ftp://x"], "", /the address is not usable/],
    [["office-hours", "monday:friday", "18:00-08:00"], "", /the hours .*"18:00-08:00"/],
    [["test", "--severity", "info"], "", /no severity info that is sent\n {2}expected critical or warning/],
    [["test", "--receiver", "chat"], "", /there is no receiver chat/],
    [["receiver"], "", /^$/],
  ];

  test.each(cases)("%j with %j on stdin is refused, and nothing is written", async (args, input, expected) => {
    const before = readConfig();
    const { code, stderr, calls } = await obsbox(args, { input });
    expect(stderr).toMatch(expected);
    expect(code).toBe(stderr === "" ? 0 : args.includes("remove") ? 1 : 2);
    expect([readConfig(), existsSync(join(folder, "secrets/alertmanager")), calls]).toEqual([before, false, []]);
    expect(existsSync(join(folder, "custom/alertmanager/receivers.yml"))).toBe(false);
  });
});

describe("what is there already", () => {
  beforeEach(newBox);

  test("another type under a name that is taken is refused", async () => {
    await obsbox(["receiver", "add", "slack", "chat"], { input: url });
    const { code, stderr } = await obsbox(["receiver", "add", "discord", "chat"], { input: url });
    expect([code, stderr]).toEqual([1, expect.stringMatching(/receiver chat of the type slack\n.*remove it first/)]);
  });

  test("a file that a person wrote wrongly keeps a box from being brought up to date, and is left as it is", async () => {
    const path = join(folder, "custom/alertmanager/receivers.yml");
    writeFileSync(path, "receivers: [{ name: x, type: pigeon }]\n");
    const { code, stderr } = await obsbox(["receiver", "list"]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('"pigeon"')]);
    expect(readFileSync(path, "utf8")).toContain("pigeon");
  });

  test("remove forgets the receiver and its secret", async () => {
    await obsbox(["receiver", "add", "slack"], { input: url });
    const { code, stdout } = await obsbox(["receiver", "remove", "slack"]);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^slack is no longer told of alerts\./)]);
    expect(existsSync(secretOf("slack"))).toBe(false);
    expect(receivers()).not.toContain("slack");
  });

  test("list says who is told of what, and what is missing", async () => {
    expect((await obsbox(["receiver", "list"])).stdout).toBe(
      "Nobody is told of alerts: obsbox alerts receiver add TYPE\nheartbeat: off; obsbox alerts heartbeat URL\n",
    );
    await obsbox(["receiver", "add", "slack", "chat", "--set", "channel=#ops"], { input: url });
    writeFileSync(
      join(folder, "custom/alertmanager/receivers.yml"),
      `${readFileSync(join(folder, "custom/alertmanager/receivers.yml"), "utf8")}  - { name: pager, type: pagerduty, for: critical }\n`,
    );
    expect((await obsbox(["receiver", "list"])).stdout).toBe(
      [
        "RECEIVER  TYPE       FOR       SETTINGS",
        "chat      slack      all       channel=#ops",
        "pager     pagerduty  critical                its secret is missing: add it again",
        "heartbeat: off; obsbox alerts heartbeat URL",
        "",
      ].join("\n"),
    );
  });

  test("the heartbeat is switched on by an address, and off", async () => {
    const on = await obsbox(["heartbeat", "https://hc-ping.com/a-check"], { answers: [running, ...content] });
    expect([on.code, on.stdout]).toEqual([0, "It is called once a minute.\n"]);
    expect(readFileSync(secretOf("heartbeat"), "utf8")).toBe("https://hc-ping.com/a-check");
    expect(readConfig()).toContain("url_file: /run/obsbox/heartbeat");
    const off = await obsbox(["heartbeat", "--off"]);
    expect([off.code, existsSync(secretOf("heartbeat"))]).toEqual([0, false]);
    expect(readConfig()).not.toContain("url_file");
  });

  test("office hours stand in the file and in the configuration, until they are switched off", async () => {
    await obsbox(["receiver", "add", "slack"], { input: url });
    await obsbox(["office-hours", "monday:friday", "08:00-18:00", "Europe/Berlin"]);
    expect(readFileSync(join(folder, "custom/alertmanager/receivers.yml"), "utf8")).toContain(
      "time_zone: Europe/Berlin",
    );
    expect(readConfig()).toContain("active_time_intervals");
    await obsbox(["office-hours", "--off"]);
    expect(readConfig()).not.toContain("active_time_intervals");
  });

  test("a whole configuration of the user's own goes before receivers, which are then refused", async () => {
    mkdirSync(join(folder, "custom/alertmanager"), { recursive: true });
    writeFileSync(
      join(folder, "custom/alertmanager/alertmanager.yml"),
      "route: { receiver: me }\nreceivers: [{ name: me }]\n",
    );
    const { code, stderr } = await obsbox(["receiver", "add", "slack"], { input: url });
    expect([code, stderr]).toEqual([1, expect.stringMatching(/goes before all receivers\n.*add the receiver there/)]);
  });
});

describe("alerts list", () => {
  beforeAll(newBox);

  const alert = {
    labels: { alertname: "ServiceErrorBudgetBurn", severity: "critical", service_name: "orders" },
    annotations: { summary: "orders fails" },
    startsAt: new Date(Date.now() - 120_000).toISOString(),
    status: { state: "active", silencedBy: [], inhibitedBy: [] },
    receivers: [{ name: "critical" }],
  };
  const answer = (alerts: readonly unknown[]): Answer => ({
    words: "compose exec -T alertmanager wget -q -O - http://127.0.0.1:9093/alertmanager/api/v2/alerts",
    stdout: JSON.stringify(alerts),
  });

  test("has what fires but for the Watchdog, and says when nobody is told", async () => {
    const watchdog = { ...alert, labels: { alertname: "Watchdog" } };
    const { code, stdout, stderr } = await obsbox(["list"], { answers: [answer([watchdog, alert])] });
    expect([code, stdout.split("\n")[1]]).toEqual([
      0,
      expect.stringMatching(/^ServiceErrorBudgetBurn +critical +orders +\d+ min +orders fails$/),
    ]);
    expect(stdout).not.toContain("Watchdog");
    expect(stderr).toMatch(/nobody is told of critical alerts\n.*receiver add TYPE\n.*box itself is down\n.*heartbeat/);
  });

  test("without any says so; without an Alertmanager says how to start it", async () => {
    expect((await obsbox(["list"], { answers: [answer([])] })).stdout).toBe("Nothing fires.\n");
    const down: Answer = { words: "compose exec", code: 1, stderr: 'service "alertmanager" is not running\n' };
    const { code, stderr } = await obsbox(["list"], { answers: [down] });
    expect([code, stderr]).toEqual([1, "obsbox: Alertmanager does not run\n  start it: obsbox up\n"]);
  });
});
