/** Whether the OTLP receiver takes what this service would send, and what its clock says. */
import type { Options } from "../options.ts";
import { describeTarget, pathUnder, withoutCredentials } from "../otlp/target.ts";
import { encodings } from "../traces/delivery/encodings.ts";
import { ask } from "./ask.ts";
import type { Facts, Finding, Outcome } from "./finding.ts";
import { skipped } from "./finding.ts";
import { troubleOfError, troubleOfStatus } from "./troubles.ts";

const words = {
  ca: "OTEL_EXPORTER_OTLP_CERTIFICATE",
  key: "OTEL_EXPORTER_OTLP_HEADERS, authorization=Bearer ...",
  address: "OTEL_EXPORTER_OTLP_ENDPOINT, to which /v1/traces is appended",
};

export async function findReceiver({ options }: Facts): Promise<Outcome> {
  const { traces } = options;
  const url = urlOf(traces);
  if (url === undefined) return skipped("spans go nowhere: OTEL_EXPORTER_OTLP_ENDPOINT is not set");
  const { contentType } = encodings[traces.protocol];
  const { headers, tls } = describeTarget({ ...traces, url, contentType, compression: "none", tlsFiles: traces });
  const shown = withoutCredentials(url);
  const asked = Date.now();
  try {
    const { status, date } = await ask({ url, headers, tls, body: emptyRequest(traces.protocol) });
    const isTaken = status >= 200 && status < 300;
    const trouble = isTaken ? undefined : troubleOfStatus(status, words);
    return { seen: shown, findings: [...(trouble ? [trouble] : []), ...findSkew(date, asked, Date.now())] };
  } catch (error) {
    return { seen: shown, findings: [troubleOfError(error, words)] };
  }
}

/** Where spans go; undefined for nowhere, and for the terminal. */
function urlOf({ exporter, endpoint, url }: Options["traces"]): string | undefined {
  if (exporter === "none" || exporter === "console") return undefined;
  if (url !== undefined) return url;
  if (endpoint === undefined && exporter === "auto") return undefined;
  return pathUnder(endpoint ?? "http://localhost:4318", "/v1/traces");
}

/** A request without spans: nothing in Protobuf, an empty object in JSON. */
function emptyRequest(protocol: Options["traces"]["protocol"]): Uint8Array {
  return Buffer.from(protocol === "http/json" ? "{}" : "");
}

/** Traces of machines whose clocks differ are drawn wrongly, and lines are found at the wrong time. */
const maxSkewMs = 5000;

/** A date in a header has whole seconds, and was written at any time between question and answer. */
export function findSkew(date: string | undefined, askedMs: number, answeredMs: number): readonly Finding[] {
  const ms = Date.parse(date ?? "");
  if (Number.isNaN(ms)) return [];
  const skewMs = ms > answeredMs ? ms - answeredMs : Math.min(0, ms + 1000 - askedMs);
  if (Math.abs(skewMs) <= maxSkewMs) return [];
  const seconds = Math.round(Math.abs(skewMs) / 1000);
  return [
    {
      level: "warning",
      code: "clock-skew",
      what: `the receiver's clock is ${seconds} s ${skewMs > 0 ? "ahead of" : "behind"} this machine's`,
      remedy: "set both by NTP",
    },
  ];
}
