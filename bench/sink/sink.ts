/** What the measured service talks to: the server that it asks for prices, and all receivers. Nothing leaves this machine. */
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { IncomingMessage, RequestListener, Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gunzipSync, inflateSync } from "node:zlib";
import { makeCertificate } from "./certificate.ts";
import { datadogOthers, datadogTraces } from "./datadog.ts";
import type { Intake } from "./intake.ts";
import { newRelicCollector } from "./new-relic.ts";
import { otlpOthers, otlpTraces } from "./otlp.ts";
import { sentryEnvelopes } from "./sentry.ts";

export interface Addresses {
  readonly url: string;
  readonly port: number;
  /** The same with TLS, by an authority that is in the file. */
  readonly securePort: number;
  readonly authorityFile: string;
  /** Where the service shall serve its metrics. */
  readonly metricsPort: number;
}

export interface Sink extends Disposable {
  readonly addresses: Addresses;
  /** Takes the spans since the last call, once there are so many, or when no more have come for a while. */
  takeSpans(expected: number): Promise<number>;
  /** Requests that no receiver knows, by path: a set-up that talks to something that is missing here. */
  readonly unknown: ReadonlySet<string>;
}

interface Kept {
  readonly intake: Intake;
  readonly url: string;
  readonly encoding: string | undefined;
  readonly body: Buffer;
}

const prices: Intake = { path: /^\/price\//, answer: () => '{"price":1250}' };
const intakes: readonly Intake[] = [
  prices,
  otlpTraces,
  otlpOthers,
  datadogTraces,
  datadogOthers,
  sentryEnvelopes,
  newRelicCollector,
];

/** Longer than the slowest sender pauses: batches of OpenTelemetry and New Relic go every 5 seconds. */
const quietMs = 6500;

export async function startSink(): Promise<Sink> {
  let kept: Kept[] = [];
  let lastAt = 0;
  let spans = 0;
  const unknown = new Set<string>();
  const listener = listenerFor({
    keep(request) {
      kept.push(request);
      lastAt = performance.now();
    },
    strange: (url) => unknown.add(url),
  });
  const folder = mkdtempSync(join(tmpdir(), "obsbox-bench-"));
  const certificate = await makeCertificate();
  const authorityFile = join(folder, "authority.pem");
  writeFileSync(authorityFile, certificate.cert);
  const port = await listen(createServer(listener));
  const securePort = await listen(createSecureServer(certificate, listener));
  return {
    addresses: { url: `http://127.0.0.1:${port}`, port, securePort, authorityFile, metricsPort: await freePort() },
    unknown,
    async takeSpans(expected) {
      const since = performance.now();
      for (;;) {
        // Counted here, after the measurement, so that it costs the load nothing.
        spans += kept.reduce((sum, one) => sum + spansOf(one), 0);
        kept = [];
        if (spans >= expected || performance.now() - Math.max(lastAt, since) > quietMs) break;
        await sleep(50);
      }
      const taken = spans;
      spans = 0;
      return taken;
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}

function listenerFor(to: { keep(one: Kept): void; strange(url: string): void }): RequestListener {
  return (request, response) => {
    const url = request.url ?? "";
    const intake = intakes.find(({ path }) => path.test(url));
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      if (intake === undefined) to.strange(`${request.method} ${url.split("?")[0]}`);
      if (intake?.countSpans !== undefined) to.keep(keptOf(request, intake, chunks));
      response.setHeader("content-type", "application/json");
      response.end(intake?.answer(url));
    });
  };
}

function keptOf(request: IncomingMessage, intake: Intake, chunks: readonly Buffer[]): Kept {
  return {
    intake,
    url: request.url ?? "",
    encoding: request.headers["content-encoding"],
    body: Buffer.concat(chunks),
  };
}

function spansOf({ intake, url, encoding, body }: Kept): number {
  const unpack = { gzip: gunzipSync, deflate: inflateSync }[encoding ?? ""];
  return intake.countSpans?.(unpack === undefined ? body : unpack(body), url) ?? 0;
}

async function listen(
  server: Pick<Server, "listen" | "address" | "unref" | "once"> & NodeJS.EventEmitter,
): Promise<number> {
  server.listen(0, "127.0.0.1");
  server.unref();
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("the sink has no port");
  return address.port;
}

/** For set-ups that cannot choose one by themselves. */
async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  server.close();
  return port;
}
