/** The real Elasticsearch in a container, the way the box runs it: TLS from an authority of its own, a password file. */
import { freePort } from "./free-port.ts";
import { imageFor } from "./images.ts";
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { GenericContainer, Wait } from "testcontainers";
import { makeAuthority, makeLeaf } from "../../cli/box/certificates.ts";
import { connect } from "../../stack/companion/elasticsearch/client.ts";
import type { Client } from "../../stack/companion/elasticsearch/client.ts";
import { runSteps } from "../../stack/companion/setup/run.ts";
import { steps } from "../../stack/companion/setup/steps.ts";
import { waitForElasticsearch } from "../../stack/companion/setup/wait.ts";
import { elasticsearchUsers } from "../../stack/secrets.ts";
import type { ElasticsearchUser } from "../../stack/secrets.ts";
import { startCommand } from "./run-program.ts";
import type { Program } from "./run-program.ts";

const execDocker = promisify(execFile);

/** The user inside the image; its password file must belong to it. */
const imageUser = 1000;

export interface ElasticsearchBox extends AsyncDisposable {
  readonly url: string;
  readonly ca: string;
  /** What a component of the box finds in its environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly passwordOf: (user: string) => string;
  /** The server as one of the users. */
  readonly as: (user: ElasticsearchUser) => Client;
  readonly elastic: Client;
  /** File with the certificate of the authority. */
  readonly caFile: string;
  /** Kills the server, as a machine that loses its power would, and starts it again with what is on its disk. */
  crash(): Promise<void>;
}

export async function startElasticsearch(): Promise<ElasticsearchBox> {
  const folder = mkdtempSync(join(tmpdir(), "obsbox-elasticsearch-"));
  chmodSync(folder, 0o755);
  const { ca, passwords } = await writeFiles(folder);
  const container = await new GenericContainer(imageFor("elasticsearch"))
    .withEnvironment({
      "discovery.type": "single-node",
      ES_JAVA_OPTS: "-Xms512m -Xmx512m",
      ELASTIC_PASSWORD_FILE: "/run/secrets/elastic",
      "path.repo": "/tmp/snapshots",
      "xpack.security.enabled": "true",
      "xpack.security.http.ssl.enabled": "true",
      "xpack.security.http.ssl.key": "certs/tls.key",
      "xpack.security.http.ssl.certificate": "certs/tls.crt",
    })
    .withBindMounts([
      { source: join(folder, "elastic"), target: "/run/secrets/elastic", mode: "ro" },
      { source: join(folder, "certs"), target: "/usr/share/elasticsearch/config/certs", mode: "ro" },
    ])
    .withExposedPorts({ container: 9200, host: await freePort() }) // The same after a crash.
    .withWaitStrategy(Wait.forHttp("/", 9200).usingTls().allowInsecure().forStatusCode(401))
    .withStartupTimeout(180_000)
    .start();
  const url = `https://127.0.0.1:${container.getMappedPort(9200)}`;
  const passwordOf = (user: string) => passwords[user] ?? "";
  const elastic = connect({ url, ca, user: "elastic", password: passwordOf("elastic") });
  await waitForElasticsearch(elastic, { timeoutMs: 180_000, refusedMs: 60_000, everyMs: 250, say: () => {} });
  return {
    url,
    ca,
    elastic,
    caFile: join(folder, "secrets/ca.crt"),
    async crash() {
      await execDocker("docker", ["kill", container.getId()]);
      await execDocker("docker", ["start", container.getId()]);
    },
    passwordOf,
    as: (user) => elastic.as(elasticsearchUsers[user].user, passwordOf(user)),
    env: { OBSBOX_STACK_ELASTICSEARCH_URL: url, OBSBOX_SECRETS_DIR: join(folder, "secrets") },
    async [Symbol.asyncDispose]() {
      elastic.close();
      await container.stop({ timeout: 0 });
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Sets Elasticsearch up in this process, as the setup does. */
export async function setUp({ elastic, passwordOf }: ElasticsearchBox): Promise<void> {
  const context = { elasticsearch: elastic, passwordOf, logsRetention: "14d" };
  await runSteps(steps, context, { timeoutMs: 60_000, everyMs: 250, say: () => {} });
}

/** Runs a command of the companion as its container would. Its lines go to a folder, where none waits for a reader. */
export function startCompanion(command: "setup" | "keeper", env: Readonly<Record<string, string>>): Program {
  const run = command === "setup" ? "runSetup" : "runKeeper";
  const path = JSON.stringify(join(import.meta.dirname, `../../stack/companion/${command}/main.ts`));
  const code = `import { ${run} } from ${path}; process.exitCode = await ${run}([], process.env);`;
  const logs = mkdtempSync(join(tmpdir(), "obsbox-logs-"));
  const program = startCommand(process.execPath, ["--input-type=module", "--eval", code], {
    env: { OBSBOX_LOG_DIR: logs, ...env },
  });
  return {
    ...program,
    lines: () => readLines(logs),
    async [Symbol.asyncDispose]() {
      await program[Symbol.asyncDispose]();
      rmSync(logs, { recursive: true, force: true });
    },
  };
}

/** All whole lines of a folder, without the headers of the files. */
function readLines(folder: string): Record<string, unknown>[] {
  return readdirSync(folder)
    .toSorted()
    .flatMap((name) => readFileSync(join(folder, name), "utf8").split("\n").slice(1, -1))
    .map((line) => JSON.parse(line));
}

/** Certificates, the password file and the folder of secrets. */
async function writeFiles(folder: string) {
  const authority = await makeAuthority("test");
  const leaf = await makeLeaf(authority, ["elasticsearch", "localhost", "127.0.0.1"]);
  const passwords = Object.fromEntries(
    Object.keys(elasticsearchUsers).map((user) => [user, randomBytes(32).toString("base64url")]),
  );
  for (const name of ["certs", "secrets"]) mkdirSync(join(folder, name));
  writeFileSync(join(folder, "secrets/ca.crt"), authority.cert);
  for (const [user, password] of Object.entries(passwords)) {
    writeFileSync(join(folder, `secrets/elasticsearch-${user}`), password);
  }
  writeForImage(join(folder, "certs/tls.crt"), leaf.cert);
  writeForImage(join(folder, "certs/tls.key"), leaf.key);
  writeForImage(join(folder, "elastic"), passwords["elastic"] ?? "");
  return { ca: authority.cert, passwords };
}

function writeForImage(path: string, content: string): void {
  writeFileSync(path, content, { mode: 0o600 });
  if (process.getuid?.() === 0) chownSync(path, imageUser, imageUser);
}
