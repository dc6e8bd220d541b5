/** An OTLP receiver for very many spans: it reads ids only and keeps nothing of a trace that is complete and right. */
import { once } from "node:events";
import { createServer } from "node:http";
import { portOf } from "../../stack/embedded/http/server.ts";
import { decode } from "../../stack/embedded/otlp/decode.ts";
import { list, object, text } from "../../stack/embedded/otlp/read.ts";
import type { Field, Message } from "../../stack/embedded/otlp/schema.ts";

export interface SpanSink extends AsyncDisposable {
  readonly url: string;
  onSpan: (span: SinkSpan) => void;
}

export interface SinkSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for the first span of a trace. */
  readonly parentId: string;
  readonly name: string;
}

const many = (name: string, kind: () => Message): Field => ({ name, kind, isRepeated: true });
const hex = (name: string): Field => ({ name, kind: "hex" });
const span: Message = {
  1: hex("traceId"),
  2: hex("spanId"),
  4: hex("parentSpanId"),
  5: { name: "name", kind: "string" },
};
const scopeSpans: Message = { 2: many("spans", () => span) };
const resourceSpans: Message = { 2: many("scopeSpans", () => scopeSpans) };
const request: Message = { 1: many("resourceSpans", () => resourceSpans) };

export async function startSpanSink(onSpan: (span: SinkSpan) => void): Promise<SpanSink> {
  const sink = { onSpan };
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      response.end();
      for (const one of spansOf(Buffer.concat(chunks))) sink.onSpan(one);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return Object.assign(sink, {
    url: `http://127.0.0.1:${portOf(server)}`,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  });
}

function spansOf(body: Buffer): SinkSpan[] {
  const groups = list(decode(body, request)["resourceSpans"]).flatMap((group) => list(object(group)["scopeSpans"]));
  return groups
    .flatMap((scope) => list(object(scope)["spans"]))
    .map((item) => {
      const { traceId, spanId, parentSpanId, name } = object(item);
      return { traceId: text(traceId), spanId: text(spanId), parentId: text(parentSpanId), name: text(name) };
    });
}
