/**
 * Boxes for the whole run, made and started with the command that users have. Each test file asks for one; the first
 * one starts it, the others find it running, and `end.ts` deletes all of them after the last.
 */
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openHttpsClient } from "../../helpers/https-client.ts";
import type { HttpsClient } from "../../helpers/https-client.ts";
import { freePort } from "../../helpers/free-port.ts";
import { areOfficial } from "../../helpers/images.ts";
import { root } from "../../helpers/run-program.ts";
import { runCommand } from "./command.ts";
import type { CommandResult } from "./command.ts";

export interface Kind {
  /** Of the Compose project, and of a folder that a second run of the tests finds again. */
  readonly project: string;
  /** Lines of `.env` beside those of a new box. */
  readonly settings: Readonly<Record<string, string>>;
}

export const kinds = {
  /** The box that most tests share, some of which break it. */
  shared: { project: "obsbox-stack-tests", settings: { OBSBOX_GRAFANA_SUBNET: "10.213.77.8/29" } },
  /** A box that nobody has broken yet, with the metrics of its host, for what alerts and dashboards say. */
  watched: {
    project: "obsbox-watched-tests",
    settings: { OBSBOX_GRAFANA_SUBNET: "10.213.77.16/29", COMPOSE_PROFILES: "host" },
  },
  /** A box for the alert drill. */
  drilled: {
    project: "obsbox-drill-tests",
    settings: { OBSBOX_GRAFANA_SUBNET: "10.213.77.24/29", COMPOSE_PROFILES: "host" },
  },
  /** A box for what Filebeat does with lines. */
  shipped: { project: "obsbox-shipped-tests", settings: { OBSBOX_GRAFANA_SUBNET: "10.213.77.32/29" } },
} as const satisfies Readonly<Record<string, Kind>>;

export function folderOf({ project }: Kind): string {
  return join(tmpdir(), project);
}

/** Of every user that the tests make. */
export const passwordOfTests = "a password of the tests";

export function userOf(role: string): string {
  return role === "admin" ? "admin" : `a-${role}`;
}

export interface Started {
  readonly outcome: string;
  readonly seconds: number;
  readonly components: readonly { readonly name: string; readonly phase: string; readonly seconds: number }[];
}

export interface Box {
  readonly folder: string;
  readonly origin: string;
  readonly project: string;
  readonly ca: string;
  /** Runs `obsbox ... --dir <the box>`. */
  obsbox(...args: readonly string[]): Promise<CommandResult>;
  /** The same, with something on its standard input. */
  obsboxWith(input: string, ...args: readonly string[]): Promise<CommandResult>;
  /** Runs `docker compose ...` in the folder of the box. */
  compose(...args: readonly string[]): string;
  /** Somebody who is not signed in. */
  visitor(): HttpsClient;
  /** Somebody who is signed in with a role; the user is made when it is not there. */
  signedIn(role: string): Promise<HttpsClient>;
  /** Asks Elasticsearch, from inside, as its superuser. */
  elasticsearch<T>(path: string, body?: unknown): T;
}

/** Makes the box where there is none, and starts it where it does not run. */
export async function openBox(kind: Kind = kinds.shared): Promise<Box & { readonly started: Started }> {
  await prepare(kind);
  const box = boxAt(folderOf(kind));
  const { code, stdout, stderr } = await box.obsbox("up", "--json", "--timeout", "8m");
  if (code !== 0) throw new Error(`obsbox up ended with ${code}:\n${stdout}\n${stderr}`);
  return { ...box, started: JSON.parse(stdout) as Started };
}

async function prepare(kind: Kind): Promise<void> {
  const folder = folderOf(kind);
  if (existsSync(join(folder, "compose.yaml"))) return;
  const port = await freePort();
  const choices = ["--dir", folder, "--size", "small", "--port", String(port)];
  const { code, stderr } = await runCommand(process.execPath, [join(root, "cli/main.ts"), "init", ...choices]);
  if (code !== 0) throw new Error(`obsbox init ended with ${code}:\n${stderr}`);
  const environment = join(folder, ".env");
  const settings = Object.entries({ COMPOSE_PROJECT_NAME: kind.project, ...kind.settings });
  const own = settings.map(([key, value]) => `${key}=${value}\n`).join("");
  writeFileSync(environment, `${readFileSync(environment, "utf8")}\n${own}`, { mode: 0o600 });
  if (areOfficial) return;
  copyFileSync(join(root, "test/images/compose.override.yaml"), join(folder, "compose.override.yaml"));
  // An image of an earlier run has the same name.
  execFileSync("docker", ["compose", "build", "--quiet"], { cwd: folder, stdio: "ignore" });
}

export function boxAt(folder: string): Box {
  const ca = readFileSync(join(folder, "ca.crt"), "utf8");
  const environment = readFileSync(join(folder, ".env"), "utf8");
  const port = /^OBSBOX_PORT=(\d+)$/m.exec(environment)?.[1] ?? "443";
  const project = /^COMPOSE_PROJECT_NAME=(.+)$/m.exec(environment)?.[1] ?? "obsbox";
  const origin = `https://localhost:${port}`;
  const compose = (...args: readonly string[]) =>
    execFileSync("docker", ["compose", ...args], {
      cwd: folder,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
  const obsboxWith = (input: string, ...args: readonly string[]) =>
    runCommand(process.execPath, [join(root, "cli/main.ts"), ...args, "--dir", folder], { input });
  const obsbox = (...args: readonly string[]) => obsboxWith("", ...args);
  const visitor = () => openHttpsClient(origin, ca);
  const box = { folder, origin, project, ca, obsbox, obsboxWith, compose, visitor };
  return {
    ...box,
    signedIn: (role) => signIn(box, role),
    elasticsearch: <T>(path: string, body?: unknown) => askElasticsearch<T>(compose, path, body),
  };
}

type Door = Pick<Box, "folder" | "obsbox" | "visitor">;

async function signIn(box: Door, role: string): Promise<HttpsClient> {
  const client = box.visitor();
  const name = userOf(role);
  const answer = await client.submit("/oauth2/sign_in", { username: name, password: passwordOfTests, rd: "/" });
  if (answer.status === 303) return client;
  await choosePassword(client, await linkOf(box, name, role));
  return client;
}

/** Administrators have the link of the box's beginning, others get one with their user. */
async function linkOf(box: Door, name: string, role: string): Promise<URL> {
  if (role === "admin") return new URL(readFileSync(join(box.folder, "secrets/first-login"), "utf8").trim());
  const added = await box.obsbox("users", "add", name, "--role", role, "--json");
  // A run that was broken off has left the user without a password.
  const { code, stdout, stderr } = added.code === 0 ? added : await box.obsbox("users", "reset", name, "--json");
  if (code !== 0) throw new Error(`obsbox users ended with ${code}: ${stderr}`);
  const { path }: { path: string } = JSON.parse(stdout);
  return new URL(readFileSync(path, "utf8").trim());
}

async function choosePassword(client: HttpsClient, { searchParams }: URL): Promise<void> {
  const token = searchParams.get("token") ?? "";
  const answer = await client.submit("/oauth2/password", { token, password: passwordOfTests, again: passwordOfTests });
  if (answer.status !== 303) throw new Error(`the password was not taken: ${answer.status} ${answer.body}`);
}

function askElasticsearch<T>(compose: Box["compose"], path: string, body?: unknown): T {
  const script = [
    `curl -sS --cacert /run/obsbox/ca.crt -u "elastic:$(cat /run/obsbox/elastic-password)" -H content-type:application/json`,
    body === undefined ? "" : `--data '${JSON.stringify(body).replaceAll("'", `'"'"'`)}'`,
    `'https://localhost:9200${path}'`,
  ].join(" ");
  return JSON.parse(compose("exec", "-T", "elasticsearch", "bash", "-c", script)) as T;
}
