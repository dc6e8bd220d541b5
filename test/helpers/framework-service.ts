/** A service that is built on a framework, as CommonJS or as ES modules, on each version of Node.js. */
import { expect } from "vitest";
import type { TestContext } from "vitest";
import type { Span } from "../../stack/embedded/records.ts";
import { nodeBinary, nodeVersions } from "./node-versions.ts";
import { startOtlpReceiver } from "./otlp-receiver.ts";
import { register, startProgram } from "./run-program.ts";
import { samplesOf, scrape } from "./scrape.ts";
import { waitFor } from "./wait-for.ts";

/** Version of Node.js and kind of module. */
export const settings = nodeVersions.flatMap((node) => [
  { node, kind: "cjs" },
  { node, kind: "mjs" },
]);

interface Setting {
  readonly node: string;
  readonly kind: string;
}

/** One request, and what it must be seen as. */
export interface Expected {
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly status: number;
  /** Undefined stands for no route at all. */
  readonly route: string | undefined;
  /** Type of the exception on the span. */
  readonly exception?: string;
}

export const programs = "test/fixtures/frameworks";

/**
 * Runs a service, makes the requests one after the other, and expects each to be seen as it must: on its span, and in
 * the metrics at the end. Lines of the service belong to the traces of the requests, and nothing is on stderr.
 *
 * @param folder - Where its programs are, when they are not to find the library of this repository.
 */
export async function expectSeen(
  framework: string,
  requests: readonly Expected[],
  { node, kind }: Setting,
  context: Pick<TestContext, "skip">,
  folder = programs,
): Promise<void> {
  const binary = await nodeBinary(node, context);
  await using receiver = await startOtlpReceiver();
  await using program = startProgram(`${folder}/${framework}.${kind}`, {
    node: binary,
    flags: register,
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url },
  });
  const base = `http://127.0.0.1:${await program.port()}`;
  const traces: unknown[] = [];
  for (const { path, headers, status, route, exception } of requests) {
    receiver.clear();
    const response = await fetch(base + path, headers === undefined ? {} : { headers });
    await response.text();
    const [span] = await receiver.requests(1);
    traces.push(span?.traceId);
    const isFault = status >= 500;
    expect({ path, status: response.status, ...seenOf(span) }).toEqual({
      path,
      status,
      name: route === undefined ? "GET" : `GET ${route}`,
      route,
      isError: isFault,
      errorType: isFault ? String(status) : undefined,
      exceptions: exception === undefined ? [] : [exception],
    });
  }
  const samples = samplesOf(await scrape(program), "http_server_request_duration_seconds_count");
  expect(new Set(samples.map(({ labels }) => labels["http_route"]))).toEqual(new Set(requests.map((one) => one.route)));
  expect(JSON.stringify(samples)).not.toMatch(/4711|secret/);
  const line = await waitFor("the line of the handler", () =>
    program.lines().find(({ message }) => message === "in the handler"),
  );
  expect(traces).toContain(line["trace.id"] ?? traceIdOf(line["trace"]));
  await program.end();
  expect(program.stderr()).toBe("");
}

function traceIdOf(trace: unknown): unknown {
  return Reflect.get(Object(trace), "id");
}

function seenOf(span: Span | undefined) {
  return {
    name: span?.name,
    route: span?.attributes["http.route"],
    isError: span?.status === 2,
    errorType: span?.attributes["error.type"],
    exceptions: span?.events
      .filter(({ name }) => name === "exception")
      .map((event) => event.attributes["exception.type"]),
  };
}
