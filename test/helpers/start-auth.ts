/** The authentication service in a child process, with a folder of its own and clients that behave like browsers. */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { request } from "node:http";
import type { IncomingMessage } from "node:http";
import { buffer } from "node:stream/consumers";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startProgram } from "./run-program.ts";
import type { Program } from "./run-program.ts";
import { samplesOf, scrape } from "./scrape.ts";
import { waitFor } from "./wait-for.ts";

const main = "stack/companion/main.ts";

export interface AuthSettings {
  readonly env?: Readonly<Record<string, string>>;
  /** Content of files in the folder of secrets, beside those that the box makes. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Name of the service for browsers; it is only written into headers, never looked up. */
  readonly origin?: string;
}

export interface CommandResult {
  readonly code: number | NodeJS.Signals;
  readonly stdout: string;
  readonly stderr: string;
}

export interface AuthServer extends AsyncDisposable {
  readonly program: Program;
  readonly url: string;
  readonly origin: string;
  readonly folder: string;
  readonly firstLink: string;
  readonly machineToken: string;
  /** A browser of its own, with its own cookies, at an address of its own. */
  browser(address?: string): TestBrowser;
  /** Runs `users ...` or `tokens ...` beside the service, as `docker compose exec` does. */
  command(...args: readonly string[]): Promise<CommandResult>;
  /** The same, for a command that has to succeed: its answer. */
  run<T>(...args: readonly string[]): Promise<T>;
  /** Makes a user with a password, by a one-time link. */
  addUser(name: string, role: string, password: string): Promise<TestBrowser>;
  /** The sum of a metric's series whose labels have these values. */
  metric(name: string, labels?: Readonly<Record<string, string>>): Promise<number>;
  /** Lines of the audit log with this action. */
  audit(action: string): Record<string, unknown>[];
  /** Ends the service and starts it again with the same folder. */
  restart(): Promise<void>;
}

const randomSecret = () => randomBytes(32).toString("base64url");

export async function startAuth(settings: AuthSettings = {}): Promise<AuthServer> {
  const { env = {}, secrets = {}, origin = "https://box.test" } = settings;
  const folder = await mkdtemp(join(tmpdir(), "obsbox-auth-"));
  const own = { "session-key": randomSecret(), "first-link": randomSecret(), "machine-token": randomSecret() };
  await mkdir(join(folder, "secrets"));
  for (const [name, text] of Object.entries({ ...own, ...secrets }))
    await writeFile(join(folder, "secrets", name), text);
  const folders = { OBSBOX_SECRETS_DIR: join(folder, "secrets"), OBSBOX_DATA_DIR: join(folder, "data") };
  const fullEnv = { OBSBOX_URL: origin, OBSBOX_AUTH_PORT: "0", ...folders, ...env };

  let program = startProgram(main, { args: ["auth"], env: fullEnv });
  let url = await addressOf(program);
  const server: AuthServer = {
    get program() {
      return program;
    },
    get url() {
      return url;
    },
    origin,
    folder,
    firstLink: own["first-link"],
    machineToken: own["machine-token"],
    browser: (address = nextAddress()) => new TestBrowser(server, address),
    async command(...args) {
      await using command = startProgram(main, { args, env: fullEnv });
      return { code: await command.ended(), stdout: command.stdout(), stderr: command.stderr() };
    },
    async run<T>(...args: readonly string[]) {
      const { code, stdout, stderr } = await server.command(...args);
      if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code}: ${stderr}`);
      return JSON.parse(stdout) as T;
    },
    async addUser(name, role, password) {
      const { token } = await server.run<{ token: string }>("users", "add", name, "--role", role);
      const browser = server.browser();
      await browser.post("/oauth2/password", { token, password, again: password });
      return browser;
    },
    async metric(name, labels = {}) {
      const samples = samplesOf(await scrape(program), name);
      const wanted = samples.filter((sample) =>
        Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
      );
      return wanted.reduce((sum, { value }) => sum + value, 0);
    },
    audit: (action) => program.lines().filter((line) => line["event.action"] === action),
    async restart() {
      await program.end();
      program = startProgram(main, { args: ["auth"], env: fullEnv });
      url = await addressOf(program);
    },
    async [Symbol.asyncDispose]() {
      await program[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return server;
}

/** Waits until it listens, and gives its address. */
async function addressOf(program: Program): Promise<string> {
  const port = await waitFor("the port of auth", () => {
    if (program.child.exitCode !== null) throw new Error(`it has ended: ${program.stderr()}`);
    return program.lines().find((line) => line["event.action"] === "service-listen")?.["server.port"];
  });
  return `http://127.0.0.1:${String(port)}`;
}

let addresses = 0;

/** Every browser has an address of its own, so that tests do not share limits. */
function nextAddress(): string {
  addresses += 1;
  return `198.51.${100 + (addresses >> 8)}.${addresses & 255}`;
}

/** One request; `fetch` would say by itself where it comes from. */
async function exchange(
  url: URL,
  method: string,
  headers: Readonly<Record<string, string>>,
  body = "",
): Promise<Response> {
  const length = body === "" ? {} : { "content-length": String(Buffer.byteLength(body)) };
  const message = request(url, { method, headers: { ...headers, ...length } });
  message.end(body);
  const [answer] = (await once(message, "response")) as [IncomingMessage];
  const fields = new Headers();
  const { rawHeaders } = answer;
  for (let n = 0; n < rawHeaders.length; n += 2) fields.append(rawHeaders[n] ?? "", rawHeaders[n + 1] ?? "");
  const content = await buffer(answer);
  return new Response(content.length === 0 ? null : new Uint8Array(content), {
    status: answer.statusCode ?? 0,
    headers: fields,
  });
}

/** Keeps cookies, follows nothing by itself, and says like a browser where it comes from. */
export class TestBrowser {
  readonly cookies = new Map<string, string>();
  readonly #server: AuthServer;
  readonly #address: string;

  constructor(server: AuthServer, address: string) {
    this.#server = server;
    this.#address = address;
  }

  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
    return this.send("GET", path, { headers });
  }

  /** Sends a form, as a page of ours does unless the headers say another thing. */
  post(
    path: string,
    form: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Response> {
    const own = {
      "content-type": "application/x-www-form-urlencoded",
      origin: "null",
      "sec-fetch-site": "same-origin",
    };
    return this.send("POST", path, { headers: { ...own, ...headers }, body: String(new URLSearchParams(form)) });
  }

  async send(
    method: string,
    path: string,
    { headers = {}, body }: { headers?: Readonly<Record<string, string>>; body?: string } = {},
  ): Promise<Response> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const own = { "x-forwarded-for": this.#address, ...(cookie === "" ? {} : { cookie }) };
    const response = await exchange(new URL(path, this.#server.url), method, { ...own, ...headers }, body);
    for (const line of response.headers.getSetCookie()) this.#keep(line);
    return response;
  }

  signIn(username: string, password: string, rd = "/"): Promise<Response> {
    return this.post("/oauth2/sign_in", { username, password, rd });
  }

  /** What Nginx gets to know when this browser asks for something. */
  async identity(): Promise<{ readonly status: number; readonly user: string | null; readonly groups: string | null }> {
    const { status, headers } = await this.get("/oauth2/auth");
    return { status, user: headers.get("x-auth-request-user"), groups: headers.get("x-auth-request-groups") };
  }

  #keep(line: string): void {
    const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    if (value === "" || /Max-Age=0\b/.test(line)) this.cookies.delete(name);
    else this.cookies.set(name, value);
  }
}
