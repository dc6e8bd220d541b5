/** Spans as a body of OTLP, in each of its encodings, made of several parts so that none takes long. */
import { JsonTraceSerializer, ProtobufTraceSerializer } from "@opentelemetry/otlp-transformer";
import type { IExportTraceServiceResponse } from "@opentelemetry/otlp-transformer";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import type { TraceOptions } from "../../options.ts";
import { encodeSpans } from "../encode.ts";

export interface Encoding {
  readonly contentType: string;
  readonly encode: (spans: readonly ReadableSpan[]) => Uint8Array;
  /** Makes one body of what `encode` gave. */
  readonly join: (parts: readonly Uint8Array[]) => Uint8Array;
  readonly readPartialSuccess: (body: Uint8Array) => PartialSuccess;
}

export interface PartialSuccess {
  /** Spans that were not taken. */
  readonly rejected: number;
  readonly message: string;
}

const jsonStart = '{"resourceSpans":[';
const jsonEnd = "]}";

export const encodings: Readonly<Record<TraceOptions["protocol"], Encoding>> = {
  "http/protobuf": {
    contentType: "application/x-protobuf",
    encode: encodeSpans,
    // Messages of Protobuf that stand one after the other are one message with the lists of all.
    join: (parts) => Buffer.concat(parts),
    readPartialSuccess: (body) => readWith(body, (bytes) => ProtobufTraceSerializer.deserializeResponse(bytes)),
  },
  "http/json": {
    contentType: "application/json",
    encode: (spans) => JsonTraceSerializer.serializeRequest([...spans]) ?? new Uint8Array(),
    join: (parts) => Buffer.from(jsonStart + parts.map(listedInJson).join(",") + jsonEnd),
    readPartialSuccess: (body) => readWith(body, () => JSON.parse(Buffer.from(body).toString())),
  },
};

function listedInJson(part: Uint8Array): string {
  return Buffer.from(part).toString().slice(jsonStart.length, -jsonEnd.length);
}

const wholeSuccess: PartialSuccess = { rejected: 0, message: "" };

/** An answer that cannot be read says nothing of spans that were not taken. */
function readWith(body: Uint8Array, read: (body: Uint8Array) => IExportTraceServiceResponse): PartialSuccess {
  if (body.byteLength === 0) return wholeSuccess;
  try {
    const { rejectedSpans, errorMessage = "" } = read(body).partialSuccess ?? {};
    const rejected = Number(rejectedSpans);
    return rejected > 0 ? { rejected, message: errorMessage.slice(0, 200) } : wholeSuccess;
  } catch {
    return wholeSuccess;
  }
}
