/** A service that sends to a queue and handles what comes from it, as CommonJS or as ES modules. */
import type { TestContext } from "vitest";
import type { Span } from "../../stack/embedded/records.ts";
import { startDatabaseService } from "./database-service.ts";
import type { DatabaseService, Setting } from "./database-service.ts";
import { waitFor } from "./wait-for.ts";

export const programs = "test/fixtures/queues";

/** kafkajs 2.2.4 has Node.js 24 and later warn of a timer. */
export const flags = ["--disable-warning=TimeoutNegativeWarning"];

/** As OTLP numbers them. */
const serverKind = 2;
export const producerKind = 4;
export const consumerKind = 5;

export interface QueueService extends Omit<DatabaseService, "spansOf"> {
  /** Asks for a call: the spans of its trace on both sides of the broker, in their order. */
  readonly messagesOf: (
    name: string,
    count: number,
  ) => Promise<{ readonly request: Span; readonly messages: readonly Span[] }>;
}

/** @param folder - Where its programs are, when they are not to find the library of this repository. */
export async function startQueueService(
  library: string,
  setting: Setting,
  url: string,
  context: Pick<TestContext, "skip">,
  folder = programs,
): Promise<QueueService> {
  const service = await startDatabaseService(library, setting, url, context, folder, flags);
  const { receiver, call } = service;
  return {
    ...service,
    async messagesOf(name, count) {
      const before = receiver.spans.length;
      await call(name);
      return waitFor(`${count} spans of ${name}`, () => {
        const since = receiver.spans.slice(before);
        const request = since.find((span) => span.kind === serverKind && span.attributes["url.path"] === `/${name}`);
        const messages = since
          .filter(({ kind, traceId }) => kind >= producerKind && traceId === request?.traceId)
          .toSorted((a, b) => a.startUs - b.startUs);
        return request !== undefined && messages.length >= count ? { request, messages } : undefined;
      });
    },
    [Symbol.asyncDispose]: () => service[Symbol.asyncDispose](),
  };
}

/** What a reader of a trace sees of a span; each process has queues of its own, by its id. */
export function seenOf({ name, status, attributes }: Span): readonly [name: string, errorType: unknown] {
  return [name.replace(/-\d+$/, ""), status === 2 ? attributes["error.type"] : undefined];
}
