/** Log records out of a logs request. */
import type { Json, LogRecord } from "../records.ts";
import type { Decoded } from "./decode.ts";
import { anyValue, attributes, id, integer, list, microseconds, object, resource } from "./read.ts";
import type { Taken } from "./spans.ts";

export function takeLogRecords(request: Decoded): Taken<LogRecord> {
  const records = list(request["resourceLogs"])
    .map(object)
    .flatMap((perResource) => {
      const from = resource(perResource["resource"]);
      const scopes = list(perResource["scopeLogs"]).map(object);
      return scopes.flatMap((perScope) => list(perScope["logRecords"]).map((item) => takeRecord(object(item), from)));
    });
  return { records, rejected: 0 };
}

function takeRecord(item: Decoded, from: LogRecord["resource"]): LogRecord {
  return {
    resource: from,
    timeUs: microseconds(item["timeUnixNano"]) || microseconds(item["observedTimeUnixNano"]) || Date.now() * 1000,
    severity: integer(item["severityNumber"]),
    message: messageOf(anyValue(item["body"])),
    traceId: id(item["traceId"], 32),
    spanId: id(item["spanId"], 16),
    attributes: attributes(item["attributes"]),
  };
}

function messageOf(body: Json): string {
  return typeof body === "string" ? body : body === null ? "" : JSON.stringify(body);
}
