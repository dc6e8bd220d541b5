/** A service that answers procedure calls of others, as CommonJS or as ES modules, on each version of Node.js. */
import { expect } from "vitest";
import type { TestContext } from "vitest";
import type { Span } from "../../stack/embedded/records.ts";
import { nodeBinary, nodeVersions } from "./node-versions.ts";
import { startOtlpReceiver } from "./otlp-receiver.ts";
import type { OtlpReceiver } from "./otlp-receiver.ts";
import { register, startProgram } from "./run-program.ts";
import type { Program } from "./run-program.ts";
import { scrapeText } from "./scrape.ts";
import { waitFor } from "./wait-for.ts";

/** Version of Node.js and kind of module. */
export const settings = nodeVersions.flatMap((node) => [
  { node, kind: "cjs" },
  { node, kind: "mjs" },
]);

export const thisNode = (kind: string): Setting => ({ node: process.versions.node, kind });

export interface Setting {
  readonly node: string;
  readonly kind: string;
}

export interface RpcService extends AsyncDisposable {
  readonly program: Program;
  readonly receiver: OtlpReceiver;
  /** Asks a path, with JSON. */
  readonly call: (path: string, body?: object) => Promise<string>;
  /** Does so, too: the answer and the span of the request. */
  readonly ask: (path: string, body?: object) => Promise<{ readonly text: string; readonly request: Span }>;
  /** Waits for spans of the same trace, without that of the request, in their order. */
  readonly spansOf: (request: Span, count: number) => Promise<readonly Span[]>;
}

export const programs = "test/fixtures/rpc";

/** @param folder - Where its programs are, when they are not to find the library of this repository. */
export async function startRpcService(
  library: string,
  { node, kind }: Setting,
  context: Pick<TestContext, "skip">,
  { folder = programs, env = {} }: { readonly folder?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<RpcService> {
  const binary = await nodeBinary(node, context);
  const receiver = await startOtlpReceiver();
  const program = startProgram(`${folder}/${library}.${kind}`, {
    node: binary,
    flags: register,
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, CHANNELZ: kind === "cjs" ? "1" : "0", ...env },
  });
  const base = `http://127.0.0.1:${await program.port()}`;
  const call = async (path: string, body?: object) => {
    const init = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
    return (await fetch(base + path, init)).text();
  };
  return {
    program,
    receiver,
    call,
    async ask(path, body) {
      const before = receiver.spans.length;
      const text = await call(path, body);
      const request = await waitFor(`the request of ${path}`, () =>
        receiver.spans.slice(before).find(({ attributes }) => attributes["url.path"] === path),
      );
      return { text, request };
    },
    spansOf: (request, count) =>
      waitFor(`${count} spans`, () => {
        const found = receiver.spans.filter(
          ({ traceId, spanId }) => traceId === request.traceId && spanId !== request.spanId,
        );
        return found.length >= count && found.toSorted((a, b) => a.startUs - b.startUs);
      }),
    async [Symbol.asyncDispose]() {
      await program[Symbol.asyncDispose]();
      await receiver[Symbol.asyncDispose]();
    },
  };
}

/** Nothing that was planted is in spans, metrics or the service's own output, and stderr is empty. */
export async function expectNothingPlanted({ program, receiver }: RpcService): Promise<void> {
  const scraped = await scrapeText(program);
  expect(JSON.stringify(receiver.spans)).not.toMatch(/planted/i);
  expect(scraped).not.toMatch(/planted/i);
  expect(program.stderr()).toBe("");
}
