/**
 * Asks the data sources that Grafana is provisioned with as Grafana would: their addresses, users and secrets come from the
 * box's own datasources.yaml, the requests are made inside the box, where Grafana is.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { nodeImage } from "../../helpers/images.ts";
import type { Box } from "../box/box.ts";
import { runCommand } from "../box/command.ts";

interface Provisioned {
  readonly uid: string;
  readonly type: string;
  readonly url: string;
  readonly basicAuthUser?: string;
  readonly jsonData: { readonly index?: string };
  readonly secureJsonData?: { readonly basicAuthPassword?: string };
}

export interface Request {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body?: unknown;
  /** Of a form; a body is JSON. */
  readonly form?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export interface DataSource {
  readonly index: string;
  /** Answers in the order of the requests. */
  ask(requests: readonly Request[]): Promise<readonly Answer[]>;
}

const provisionedPassword = "$__file{/run/obsbox/elasticsearch-password}";

/** Runs in a container of its own, in the network that Grafana shares with the source; a few requests at a time. */
const program = `
  const { text } = require("node:stream/consumers");
  text(process.stdin).then(async (input) => {
    const requests = JSON.parse(input);
    const answers = [];
    let next = 0;
    const worker = async () => {
      while (next < requests.length) {
        const index = next++;
        const { url, ...init } = requests[index];
        const answer = await fetch(url, init).catch((error) => ({ status: 0, text: async () => String(error.cause ?? error) }));
        answers[index] = { status: answer.status, body: await answer.text() };
      }
    };
    await Promise.all([1, 2, 3, 4].map(worker));
    process.stdout.write(JSON.stringify(answers));
  });
`;

export function openDataSources(box: Box): ReadonlyMap<string, DataSource> {
  const file = join(box.folder, "config/grafana/provisioning/datasources/datasources.yaml");
  const { datasources }: { datasources: readonly Provisioned[] } = parse(readFileSync(file, "utf8"));
  return new Map(datasources.map((source) => [source.type, dataSource(box, source)]));
}

function dataSource(box: Box, { url, jsonData, ...source }: Provisioned): DataSource {
  const authorization = authorizationOf(box, source);
  return {
    index: jsonData.index ?? "",
    async ask(requests) {
      const input = JSON.stringify(requests.map((request) => fetchArguments(url, authorization, request)));
      return (await runInside(box, source.type, input)).map(({ status, body }) => ({ status, body: jsonOr(body) }));
    },
  };
}

/** The password stands in a file that Grafana alone can read; the folder of the box has the same. */
function authorizationOf(
  box: Box,
  { basicAuthUser, secureJsonData }: Pick<Provisioned, "basicAuthUser" | "secureJsonData">,
): Readonly<Record<string, string>> {
  if (basicAuthUser === undefined) return {};
  if (secureJsonData?.basicAuthPassword !== provisionedPassword) throw new Error("the password comes from elsewhere");
  const password = readFileSync(join(box.folder, "secrets/elasticsearch-grafana"), "utf8").trim();
  return { authorization: `Basic ${Buffer.from(`${basicAuthUser}:${password}`).toString("base64")}` };
}

function fetchArguments(base: string, headers: Readonly<Record<string, string>>, request: Request) {
  const { method, path, body, form } = request;
  const [type, content] =
    form === undefined
      ? ["application/json", body === undefined ? undefined : JSON.stringify(body)]
      : ["application/x-www-form-urlencoded", new URLSearchParams(form).toString()];
  return { url: base + path, method, headers: { ...headers, "content-type": type }, body: content };
}

/** Networks of the box in which Grafana finds each kind of source. */
const networks: Readonly<Record<string, string>> = { prometheus: "metrics", elasticsearch: "store", jaeger: "store" };

async function runInside(
  box: Box,
  type: string,
  input: string,
): Promise<readonly { readonly status: number; readonly body: string }[]> {
  const network = `${box.project}_${networks[type] ?? "metrics"}`;
  const authority = ["--env", "NODE_EXTRA_CA_CERTS=/ca.crt", "--volume", `${join(box.folder, "ca.crt")}:/ca.crt:ro`];
  const options = ["run", "--rm", "--interactive", "--network", network, ...authority, "--entrypoint", "node"];
  const command = [...options, nodeImage, "-e", program];
  const { code, stdout, stderr } = await runCommand("docker", command, { input });
  if (code !== 0) throw new Error(`docker run ended with ${code}: ${stderr}`);
  return JSON.parse(stdout) as { status: number; body: string }[];
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
