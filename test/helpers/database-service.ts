/** A service that calls a database, as CommonJS or as ES modules, on each version of Node.js. */
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

export type Setting = (typeof settings)[number];

/** As OTLP numbers them. */
const serverKind = 2;
const clientKind = 3;

export interface DatabaseService extends AsyncDisposable {
  readonly program: Program;
  readonly receiver: OtlpReceiver;
  /** Asks for a call: what it gives, or `failed: <code>`. */
  readonly call: (name: string) => Promise<string>;
  /** Asks for a call: the span of the request and those of the database that belong to its trace, in their order. */
  readonly spansOf: (
    name: string,
    count?: number,
  ) => Promise<{ readonly request: Span; readonly operations: readonly Span[] }>;
}

export const programs = "test/fixtures/databases";

/**
 * @param folder - Where its programs are, when they are not to find the library of this repository.
 * @param flags - Of Node.js, besides the one that starts the SDK.
 */
export async function startDatabaseService(
  library: string,
  { node, kind }: Setting,
  url: string,
  context: Pick<TestContext, "skip">,
  folder = programs,
  flags: readonly string[] = [],
): Promise<DatabaseService> {
  const binary = await nodeBinary(node, context);
  const receiver = await startOtlpReceiver();
  const program = startProgram(`${folder}/${library}.${kind}`, {
    node: binary,
    flags: [...register, ...flags],
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, DATABASE_URL: url },
  });
  const base = `http://127.0.0.1:${await program.port()}`;
  const call = async (name: string) => (await fetch(`${base}/${name}`)).text();
  return {
    program,
    receiver,
    call,
    async spansOf(name, count = 1) {
      const before = receiver.spans.length;
      await call(name);
      return waitFor(`${count} spans of ${name}`, () => {
        // The request of the call before may come late; nothing is forgotten, because all of it is looked through.
        const since = receiver.spans.slice(before);
        const request = since.find(
          ({ kind, attributes }) => kind === serverKind && attributes["url.path"] === `/${name}`,
        );
        const operations = since
          .filter(({ kind, traceId }) => kind === clientKind && traceId === request?.traceId)
          .toSorted((a, b) => a.startUs - b.startUs);
        return request !== undefined && operations.length >= count ? { request, operations } : undefined;
      });
    },
    async [Symbol.asyncDispose]() {
      await program[Symbol.asyncDispose]();
      await receiver[Symbol.asyncDispose]();
    },
  };
}

/** Nothing that was planted is in spans, metrics or the service's own output, and stderr is empty. */
export async function expectNothingPlanted({
  program,
  receiver,
}: Pick<DatabaseService, "program" | "receiver">): Promise<void> {
  const scraped = await scrapeText(program);
  expect(JSON.stringify(receiver.spans)).not.toMatch(/planted/);
  expect(scraped).not.toMatch(/planted/);
  expect(program.stderr()).toBe("");
}
