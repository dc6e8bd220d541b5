/**
 * OTLP/HTTP, protobuf and JSON, for the three signals.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/#otlphttp
 */
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { messageOf } from "../errors.ts";
import { readBody } from "../http/body.ts";
import { HttpError } from "../http/server.ts";
import type { Answer, Route } from "../http/server.ts";
import type { Store } from "../store/store.ts";
import { decode } from "./decode.ts";
import type { Decoded } from "./decode.ts";
import { takeLogRecords } from "./logs.ts";
import { takeMetrics } from "./metrics.ts";
import { object } from "./read.ts";
import { logsRequest, metricsRequest, tracesRequest } from "./schema.ts";
import type { Message } from "./schema.ts";
import { takeSpans } from "./spans.ts";
import type { Taken } from "./spans.ts";

const maxBodyBytes = 20 * 1024 ** 2;

interface Signal {
  readonly path: string;
  readonly message: Message;
  /** Name of the count of refused items in the answer. */
  readonly rejected: string;
  readonly take: (request: Decoded, store: Store) => number;
}

const signals: readonly Signal[] = [
  {
    path: "/v1/traces",
    message: tracesRequest,
    rejected: "rejectedSpans",
    take: (request, store) => keep(takeSpans(request), (spans) => store.addSpans(spans)),
  },
  {
    path: "/v1/logs",
    message: logsRequest,
    rejected: "rejectedLogRecords",
    take: (request, store) => keep(takeLogRecords(request), (records) => store.addLogs(records)),
  },
  {
    path: "/v1/metrics",
    message: metricsRequest,
    rejected: "rejectedDataPoints",
    take: (request, store) => keep(takeMetrics(request), (batches) => store.addMetrics(batches)),
  },
];

export function otlpRoutes(store: Store): Route[] {
  return signals.map(({ path, message, rejected, take }) => ({
    method: "POST",
    path,
    async handle({ request }) {
      const encoding = encodingOf(request.headers["content-type"]);
      const decoded = parse(await readBody(request, maxBodyBytes), encoding, message);
      return answer(encoding, rejected, take(decoded, store));
    },
  }));
}

type Encoding = "application/x-protobuf" | "application/json";

function encodingOf(contentType: string | undefined): Encoding {
  const type = contentType?.split(";", 1)[0]?.trim().toLowerCase();
  if (type === "application/x-protobuf" || type === "application/json") return type;
  throw new HttpError(415, `content-type ${type} is not OTLP, expected application/x-protobuf or application/json`);
}

function parse(body: Buffer, encoding: Encoding, message: Message): Decoded {
  try {
    return encoding === "application/json" ? object(JSON.parse(body.toString())) : decode(body, message);
  } catch (error) {
    throw new HttpError(400, `the body is not OTLP as ${encoding}: ${messageOf(error)}`);
  }
}

function keep<T>({ records, rejected }: Taken<T>, add: (records: readonly T[]) => void): number {
  if (records.length > 0) add(records);
  return rejected;
}

function answer(encoding: Encoding, name: string, rejected: number): Answer {
  const headers = { "content-type": encoding };
  const errorMessage = "items without valid ids, or of a kind that is not shown";
  if (encoding === "application/json") {
    return {
      headers,
      body: JSON.stringify(rejected === 0 ? {} : { partialSuccess: { [name]: String(rejected), errorMessage } }),
    };
  }
  if (rejected === 0) return { headers };
  const partialSuccess = new BinaryWriter()
    .tag(1, WireType.Varint)
    .int64(rejected)
    .tag(2, WireType.LengthDelimited)
    .string(errorMessage)
    .finish();
  return { headers, body: new BinaryWriter().tag(1, WireType.LengthDelimited).bytes(partialSuccess).finish() };
}
