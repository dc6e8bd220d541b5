/** `obsbox dev` in a child process, with its page and API. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root, startCommand } from "./run-program.ts";
import type { Program } from "./run-program.ts";
import { waitFor } from "./wait-for.ts";

export interface Box extends AsyncDisposable {
  readonly program: Program;
  readonly url: string;
  readonly otlpUrl: string;
  /** Reads an address of the API. */
  get<T>(path: string): Promise<T>;
  post(
    path: string,
    body?: string | Uint8Array<ArrayBuffer>,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Response>;
  /** Sends OTLP/JSON. */
  send(signal: "traces" | "logs" | "metrics", content: object): Promise<Response>;
}

export interface BoxSettings {
  /** What stands behind `--`. */
  readonly command?: readonly string[];
  readonly options?: readonly string[];
  /** Runs what users install; the sources need more memory. */
  readonly isBuilt?: boolean;
  /** A command that runs the box, for instance `taskset -c 0`. */
  readonly launcher?: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
}

const endTimeoutMs = 5000;

/** The window is in a folder of its own unless the options say otherwise. */
export async function startBox({
  command = [],
  options = [],
  isBuilt = false,
  launcher = [],
  env = {},
}: BoxSettings = {}): Promise<Box> {
  const folder = options.includes("--data") ? undefined : await mkdtemp(join(tmpdir(), "obsbox-dev-"));
  const data = folder === undefined ? [] : ["--data", folder];
  const own = ["--port", "0", "--otlp-port", "0", "--scrape", "500ms", ...data, ...options];
  const main = join(root, isBuilt ? "dist/cli/main.js" : "cli/main.ts");
  const rest = command.length > 0 ? ["--", ...command] : [];
  const [first = "", ...args] = [...launcher, process.execPath, main, "dev", ...own, ...rest];
  const program = startCommand(first, args, { env });
  const [url, otlpUrl] = await waitFor("the box", () => {
    if (program.child.exitCode !== null) throw new Error(`it has ended: ${program.stderr()}`);
    return /page (\S+) {2}OTLP (\S+)/.exec(program.stderr())?.slice(1);
  });
  if (url === undefined || otlpUrl === undefined) throw new Error("the box did not say its addresses");
  return {
    program,
    url,
    otlpUrl,
    async get<T>(path: string): Promise<T> {
      const response = await fetch(url + path);
      if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
      return (await response.json()) as T;
    },
    post: (path, body, headers = {}) =>
      fetch(url + path, { method: "POST", headers, ...(body === undefined ? {} : { body }) }),
    send: (signal, content) =>
      fetch(`${otlpUrl}/v1/${signal}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(content),
      }),
    async [Symbol.asyncDispose]() {
      await stop(program);
      if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A box that is told to end takes its program along; one that is killed leaves it behind. */
async function stop(program: Program): Promise<void> {
  const { child } = program;
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  const programs = await childrenOf(child.pid);
  child.kill("SIGTERM");
  const isInTime = await waitFor("the end of the box", hasEnded, endTimeoutMs).catch(() => false);
  await program[Symbol.asyncDispose]();
  if (!isInTime) for (const pid of programs) process.kill(pid, "SIGKILL");
}

/** What Linux tells of a process; nothing elsewhere. */
async function childrenOf(pid: number | undefined): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8").catch(() => "");
  return text.split(" ").filter(Boolean).map(Number);
}

/** A traces request in OTLP/JSON. */
export function traces(spans: readonly object[], service = "sender"): object {
  const resource = { attributes: [{ key: "service.name", value: { stringValue: service } }] };
  return { resourceSpans: [{ resource, scopeSpans: [{ spans }] }] };
}

let count = 0;

/** One span in OTLP/JSON, with ids of its own. */
export function otlpSpan(fields: object = {}): object {
  count += 1;
  const now = BigInt(Date.now()) * 1_000_000n;
  return {
    traceId: count.toString(16).padStart(32, "a"),
    spanId: count.toString(16).padStart(16, "b"),
    name: "GET /things/:id",
    kind: 2,
    startTimeUnixNano: String(now),
    endTimeUnixNano: String(now + 5_000_000n),
    ...fields,
  };
}
