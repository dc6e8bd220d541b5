/**
 * Requests and answers of Elasticsearch's bulk API. Each line is a `create` with its own id, so that a request that is
 * sent again, because its answer was lost, makes no second document.
 *
 * @see https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-bulk
 */
import type { Line } from "./pack.ts";

/** Leaves out of the answer what nobody reads. */
export const bulkPath =
  "/_bulk?filter_path=errors,error.type,error.reason,items.*.status,items.*.failure_store,items.*.error.type,items.*.error.reason";

/** Writes the body for some lines. */
export function encodeBulk(lines: readonly Line[], stream: string): Buffer {
  const before = `{"create":{"_index":${JSON.stringify(stream)},"_id":"`;
  const parts = lines.flatMap(({ id, bytes }) => [Buffer.from(`${before}${id}"}}\n`), bytes]);
  return Buffer.concat(parts);
}

/** What becomes of one line: it is there, it has to be sent again, or it is lost for the given reason. */
export type Verdict = "delivered" | "retry" | "elasticsearch-rejected" | "elasticsearch-mapping";

export interface Trouble {
  /** Code of the diagnostics. */
  readonly code: string;
  readonly message: string;
}

export type Answer =
  /** One verdict for each line, in order. */
  | { readonly kind: "items"; readonly verdicts: readonly Verdict[]; readonly troubles: readonly Trouble[] }
  /** Nothing was taken. */
  | { readonly kind: "retry"; readonly trouble: Trouble }
  /** The request as a whole was too large, or one line in it spoils it. */
  | { readonly kind: "split"; readonly reason: string; readonly trouble: Trouble };

/** Reads an answer to as many lines as were sent. */
export function readAnswer(status: number, body: string, lines: number): Answer {
  const parsed = parse(body);
  if (status === 413) return { kind: "split", reason: "elasticsearch-too-large", trouble: tooLarge };
  // Only the server itself may say that a request is wrong: a proxy that does must not cost lines.
  if (status === 400 && errorOf(parsed).type !== "") {
    return { kind: "split", reason: "elasticsearch-rejected", trouble: rejected(errorOf(parsed)) };
  }
  if (status < 200 || status > 299) return { kind: "retry", trouble: troubleOf(status, errorOf(parsed)) };
  const items = valueAt(parsed, "items");
  if (Array.isArray(items) && items.length === lines) return readItems(items.map(readItem));
  return { kind: "retry", trouble: unreadable };
}

interface Item {
  readonly status: number;
  readonly error: ErrorText;
  readonly isAside: boolean;
}

interface ErrorText {
  readonly type: string;
  readonly reason: string;
}

function readItem(item: unknown): Item {
  const result: unknown = typeof item === "object" && item !== null ? Object.values(item)[0] : undefined;
  const isAside = valueAt(result, "failure_store") === "used";
  return { status: Number(valueAt(result, "status")), error: errorOf(result), isAside };
}

function readItems(items: readonly Item[]): Answer {
  const verdicts = items.map(verdictOf);
  const first = (wanted: (verdict: Verdict) => boolean) => items.find((_item, at) => wanted(verdicts[at] ?? "retry"));
  const refused = first((verdict) => verdict.startsWith("elasticsearch-"));
  const failed = first((verdict) => verdict === "retry");
  return {
    kind: "items",
    verdicts,
    troubles: [
      ...(refused === undefined ? [] : [rejected(refused.error)]),
      ...(failed === undefined ? [] : [troubleOf(failed.status, failed.error)]),
      ...(items.some(({ isAside }) => isAside) ? [keptAside] : []),
    ],
  };
}

/** Statuses of one line that do not mean that it is wrong: the key, the stream or the server is not ready for it. */
const passing = new Set([401, 403, 404, 408, 429]);

/** Fields that do not fit those of earlier lines. */
const mappingErrors = new Set([
  "document_parsing_exception",
  "mapper_parsing_exception",
  "strict_dynamic_mapping_exception",
]);

function verdictOf({ status, error }: Item): Verdict {
  if (status >= 200 && status < 300) return "delivered";
  if (status === 409) return "delivered"; // It was there before: an earlier answer was lost.
  if (!(status >= 400 && status < 500) || passing.has(status)) return "retry";
  return mappingErrors.has(error.type) ? "elasticsearch-mapping" : "elasticsearch-rejected";
}

const tooLarge: Trouble = {
  code: "elasticsearch-rejected",
  message:
    "Elasticsearch, or a proxy before it, takes no request of this size; smaller ones follow, and a line too large by itself is lost",
};

const keptAside: Trouble = {
  code: "elasticsearch-failure-store",
  message: "Elasticsearch has put log lines into the failure store of their data stream; look there for the reason",
};

const unreadable: Trouble = {
  code: "elasticsearch-unavailable",
  message: "the answer to log lines is not one of Elasticsearch; check OBSBOX_ELASTICSEARCH_URL",
};

function rejected({ type, reason }: ErrorText): Trouble {
  const why = [type, withoutValue(reason).slice(0, 300)].filter(Boolean).join(": ");
  return { code: "elasticsearch-rejected", message: `Elasticsearch refuses log lines, which are lost: ${why}` };
}

/** What a field held may be nobody's business. */
function withoutValue(reason: string): string {
  return reason.replace(/ Preview of field's value.*/s, "");
}

function troubleOf(status: number, { type, reason }: ErrorText): Trouble {
  const said = [`status ${status}`, type, reason.slice(0, 200)].filter(Boolean).join(", ");
  return status === 401 || status === 403
    ? {
        code: "elasticsearch-unauthorized",
        message: `Elasticsearch does not let log lines in (${said}); check OBSBOX_ELASTICSEARCH_API_KEY, which needs create_doc and auto_configure`,
      }
    : { code: "elasticsearch-unavailable", message: `Elasticsearch takes no log lines now (${said}); they are kept` };
}

/** Type and reason of an error, whichever way the server has put it. */
function errorOf(answer: unknown): ErrorText {
  const error = valueAt(answer, "error");
  return { type: textAt(error, "type"), reason: textAt(error, "reason") };
}

function textAt(value: unknown, key: string): string {
  const found = valueAt(value, key);
  return typeof found === "string" ? found : "";
}

function valueAt(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
