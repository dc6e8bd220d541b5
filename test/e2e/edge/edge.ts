/** Nginx and auth as they are, in front of a stand-in for everything behind them, on a network of their own. */
import { execFile } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Network } from "testcontainers";
import type { StartedNetwork, StartedTestContainer } from "testcontainers";
import { companion, startAuth, startEcho, startNginx } from "./containers.ts";
import type { NginxOptions } from "./containers.ts";
import { echoAt } from "./echo.ts";
import type { Echo } from "./echo.ts";
import { writeSecrets } from "./secrets.ts";
import type { Door } from "./wire.ts";

const run = promisify(execFile);

export interface Edge extends AsyncDisposable {
  readonly door: Door;
  readonly echo: Echo;
  readonly network: StartedNetwork;
  readonly nginx: StartedTestContainer;
  readonly auth: StartedTestContainer;
  /** Token with the scopes otlp, push and es. */
  readonly machineToken: string;
  /** Address of the stand-in on the network. */
  echoAddress(): string;
  stopEcho(): Promise<void>;
  /** The stand-in once more, under the same names. */
  startEcho(): Promise<void>;
  /** Changes a file that Nginx reads when it is told to. */
  writeSecret(name: string, content: string): void;
  writeCustomConf(content: string): void;
}

export interface EdgeOptions extends Partial<NginxOptions> {
  /** Time without use after which a session ends, such as `8h`. */
  readonly sessionIdle?: string;
  /** A file for the folder of the user's own locations. */
  readonly customConf?: string;
}

/** Starts all of it; whoever starts it disposes of it. */
export async function startEdge(options: EdgeOptions = {}): Promise<Edge> {
  const { host = "box.test", customConf, sessionIdle = "8h" } = options;
  const folder = makeFolder();
  const { ca, machineToken } = await writeSecrets(folder, host);
  const writeCustomConf = (content: string) => writeFileSync(join(folder, "custom/own.conf"), content);
  if (customConf !== undefined) writeCustomConf(customConf);
  const network = await new Network().start();
  const auth = await startAuth(folder, network, { OBSBOX_URL: `https://${host}`, OBSBOX_SESSION_IDLE: sessionIdle });
  let echo = await startEcho(folder, network);
  const nginx = await startNginx(folder, network, { ...options, host });
  return {
    door: { port: nginx.getMappedPort(8443), ca, host },
    // The control port is another one after each start.
    get echo() {
      return echoAt(`http://127.0.0.1:${echo.getMappedPort(8080)}`);
    },
    network,
    nginx,
    auth,
    machineToken,
    echoAddress: () => echo.getIpAddress(network.getName()),
    stopEcho: async () => void (await echo.stop()),
    startEcho: async () => void (echo = await startEcho(folder, network)),
    writeSecret: (name, content) => writeFileSync(join(folder, "nginx", name), content),
    writeCustomConf,
    async [Symbol.asyncDispose]() {
      // A test may have stopped one of them.
      await Promise.allSettled([nginx.stop(), auth.stop(), echo.stop()]);
      await network.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Nginx on a network on which nobody else is. */
export async function startNginxAlone(host = "box.test"): Promise<AsyncDisposable & { readonly door: Door }> {
  const folder = makeFolder();
  const { ca } = await writeSecrets(folder, host);
  const network = await new Network().start();
  const nginx = await startNginx(folder, network, { host });
  return {
    door: { port: nginx.getMappedPort(8443), ca, host },
    async [Symbol.asyncDispose]() {
      await nginx.stop();
      await network.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "obsbox-edge-"));
  // The users of the containers read it.
  chmodSync(folder, 0o755);
  return folder;
}

/** Runs a command of the companion in the container of auth, and gives the JSON that it prints. */
export async function runCompanion(
  { auth }: Pick<Edge, "auth">,
  ...args: readonly string[]
): Promise<Record<string, string>> {
  const { stdout, stderr, exitCode } = await auth.exec([...companion, ...args]);
  if (exitCode !== 0) throw new Error(`${args.join(" ")}: exit code ${exitCode}, ${stderr}`);
  return JSON.parse(stdout) as Record<string, string>;
}

/** What a container has written so far. */
export async function logOf(container: StartedTestContainer): Promise<string> {
  const { stdout, stderr } = await run("docker", ["logs", container.getId()], { maxBuffer: 2 ** 28 });
  return stdout + stderr;
}
