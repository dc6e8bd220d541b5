import { mkdtemp, readdir, readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { portOf } from "../../stack/embedded/http/server.ts";
import { needlesOf } from "../fixtures/secrets.ts";
import { register, startProgram } from "../helpers/run-program.ts";
import { openMetricsType } from "../helpers/scrape.ts";
import { waitFor } from "../helpers/wait-for.ts";

const seed = process.env["OBSBOX_SEED"] ?? String(Date.now());
const needles = needlesOf(seed);
const needle = (name: string) => needles.get(name) ?? "";

/** What is written nowhere in any case: the query of a request that the service makes. */
const neverWritten = new Set(["fetchQuery"]);

/** All that leaves a service, by where it goes. */
interface Output {
  readonly files: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly scrapes: string;
  readonly spans: string;
  readonly baggage: string;
}

interface Listener extends AsyncDisposable {
  readonly url: string;
  readonly bodies: Buffer[];
  readonly requests: IncomingMessage[];
}

async function listen(): Promise<Listener> {
  const bodies: Buffer[] = [];
  const requests: IncomingMessage[] = [];
  const server = createServer(async (request, response) => {
    requests.push(request);
    bodies.push(await buffer(request));
    response.end();
  }).listen(0, "127.0.0.1");
  await waitFor("a server", () => server.listening);
  return {
    url: `http://127.0.0.1:${portOf(server)}`,
    bodies,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Runs the service with a request full of secrets and gathers what comes out. */
async function outputOf(env: Readonly<Record<string, string>>): Promise<Output> {
  const dir = await mkdtemp(join(tmpdir(), "obsbox-secrets-"));
  await using receiver = await listen();
  await using other = await listen();
  await using program = startProgram("secrets-app.mjs", {
    flags: register,
    args: [seed],
    env: {
      OTHER_URL: other.url,
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_RESOURCE_ATTRIBUTES: `db.password=${needle("resource")}`,
      OBSBOX_REDACT_KEYS: "iban",
      OBSBOX_LOG_DIR: dir,
      OBSBOX_LOG_TARGETS: "file",
      ...env,
    },
  });
  const base = `http://127.0.0.1:${await program.port()}`;
  const headers = {
    authorization: `Bearer ${needle("header")}`,
    cookie: `sid=${needle("headerCookie")}`,
    "x-shop-key-of-bob": needle("headerForeignIncoming"),
  };
  const answer = await fetch(`${base}/pay?token=${needle("query")}`, { headers });
  expect(answer.status).toBe(200);
  const files = () => readdir(dir).then((names) => Promise.all(names.map((name) => readFile(join(dir, name), "utf8"))));
  const started = await waitFor(
    "the start line",
    async () => /metrics at (http:\S+)\/metrics/.exec((await files()).join() + program.stdout())?.[1],
  );
  const scrapes = await Promise.all(
    [openMetricsType, "text/plain"].flatMap((accept) =>
      ["/metrics", "/statusz"].map(async (path) => (await fetch(started + path, { headers: { accept } })).text()),
    ),
  );
  expect(await program.end()).toBe("SIGTERM");
  return {
    files: (await files()).join("\n"),
    stdout: program.stdout(),
    stderr: program.stderr(),
    scrapes: scrapes.join("\n"),
    spans: receiver.bodies.map(String).join("\n"),
    baggage: other.requests.map((request) => String(request.headers["baggage"])).join("\n"),
  };
}

function foundIn(output: Output): string[] {
  const all = Object.values(output).join("\n");
  return [...needles].filter(([, secret]) => all.includes(secret)).map(([name]) => name);
}

describe(`secrets planted in ${needles.size} places (seed ${seed})`, () => {
  test.each(["http/json", "http/protobuf"])(
    "leave no byte in files, scrapes, spans and baggage, by %s",
    async (protocol) => {
      const output = await outputOf({ OTEL_EXPORTER_OTLP_PROTOCOL: protocol });
      expect(foundIn(output)).toEqual([]);
      const places = output.files.match(/\[REDACTED\]/g)?.length ?? 0;
      expect(places).toBeGreaterThan(30);
      expect(output.spans).toContain("[REDACTED]");
      expect(output.scrapes).toContain("[REDACTED]");
      expect(output.baggage).toContain("shop=north");
      expect(output.stderr).toMatch(
        /^obsbox: baggage user\.token, note holds a secret and is not sent on; .* \[baggage-secret\]$/m,
      );
      for (const line of output.files.trimEnd().split("\n")) expect(() => JSON.parse(line)).not.toThrow();
    },
  );

  test("are all found where redaction is off, so that the test above can fail", async () => {
    const output = await outputOf({ OBSBOX_REDACT: "false", OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" });
    const found = new Set(foundIn(output));
    expect([...needles.keys()].filter((name) => !found.has(name) && !neverWritten.has(name))).toEqual([]);
  });

  test("in lines of the service's own pino leave none on stdout either, and the lines stay what pino makes", async () => {
    const output = await outputOf({ OBSBOX_LOG_TARGETS: "stdout" });
    expect(foundIn(output)).toEqual([]);
    const own = output.stdout.split("\n").flatMap((line) => (line.startsWith('{"level":') ? [JSON.parse(line)] : []));
    expect(own.find(({ msg }) => msg === "own")).toMatchObject({
      level: 30,
      shop: "north",
      client_secret: "[REDACTED]",
      secret: "[REDACTED]",
      rows: [{ token: "[REDACTED]" }],
    });
    expect(own.find(({ kept }) => kept !== undefined)?.kept).toEqual({ paths: "[Redacted]" });
  });
});
