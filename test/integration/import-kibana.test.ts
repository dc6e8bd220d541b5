/** `obsbox import kibana`, against a stand-in for Kibana. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startKibanaStandIn } from "../helpers/kibana-stand-in.ts";
import type { KibanaStandIn } from "../helpers/kibana-stand-in.ts";
import { runCli } from "../helpers/run-cli.ts";

const folder = mkdtempSync(join(tmpdir(), "obsbox-import-"));
const keyFile = join(folder, "key");
const passwordFile = join(folder, "password");
writeFileSync(keyFile, "good\n");
writeFileSync(passwordFile, "secret\n");

const importTo = ({ url }: Pick<KibanaStandIn, "url">, ...more: readonly string[]) =>
  runCli(["import", "kibana", "--to", url, ...more]);

test("everything is created with an API key; then nothing changes", async () => {
  await using kibana = await startKibanaStandIn();
  kibana.authorization = "ApiKey good";
  const { code, stdout, stderr } = await importTo(kibana, "--api-key-file", keyFile);
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toBe(
    [
      `Kibana 9.5.3 at ${kibana.url}`,
      "  created    obsbox-logs",
      ...[...kibana.dashboards.keys()].map((id) => `  created    ${id}`),
      "8 created.",
      "",
    ].join("\n"),
  );
  const writes = kibana.changes.length;
  expect((await importTo(kibana, "--api-key-file", keyFile)).stdout).toContain("\n8 unchanged.\n");
  expect(kibana.changes).toHaveLength(writes);
});

test("a user with a password is let in, and a dry run writes nothing", async () => {
  await using kibana = await startKibanaStandIn();
  kibana.authorization = `Basic ${Buffer.from("ada:secret").toString("base64")}`;
  const { code, stdout } = await importTo(kibana, "--user", "ada", "--password-file", passwordFile, "--dry-run");
  expect(code).toBe(0);
  expect(stdout).toContain("A dry run: nothing was written. It would be: 8 created.");
  expect(kibana.changes).toEqual([]);
});

test("one refusal keeps everything from being written, and is the exit code", async () => {
  await using kibana = await startKibanaStandIn();
  kibana.dataViews.set("obsbox-logs", { name: "x", title: "other-*" });
  const { code, stdout } = await importTo(kibana, "--json");
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    objects: [{ kind: "data view", name: "obsbox-logs", result: "refused" }],
  });
  expect(kibana.changes).toEqual([]);
});

test("an older Kibana is told from one that takes dashboards", async () => {
  await using kibana = await startKibanaStandIn();
  kibana.version = "9.3.1";
  const { code, stderr } = await importTo(kibana);
  expect(code).toBe(1);
  expect(stderr).toBe(
    `obsbox: Kibana at ${kibana.url} is 9.3.1; the dashboards need 9.5 or later\n` +
      "  update it: before that version Kibana has no Dashboards API that takes them\n",
  );
});

test.each([
  [["--space", "Team A"], '--space: "Team A" is no id of a space'],
  [["--field", "nope=x"], "--field nope=x: there is no field nope"],
  [["--language", "de"], '--language: there is no "de"'],
])("%j is a mistake in usage", async (options, message) => {
  const { code, stderr } = await runCli(["import", "kibana", "--to", "http://127.0.0.1:1", ...options]);
  expect([code, stderr.split("\n", 1)[0]]).toEqual([2, `obsbox: ${message}`]);
});
