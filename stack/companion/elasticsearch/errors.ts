/** What went wrong with a request to Elasticsearch or Kibana. */
import { textAt, valueAt } from "./json.ts";

export interface RequestProblem {
  readonly method: string;
  readonly path: string;
  /** Absent when no answer came. */
  readonly status?: number;
  /** Elasticsearch's name for the kind of error, for instance `index_not_found_exception`. */
  readonly type?: string | undefined;
  readonly reason: string;
}

/** A request that was refused, or that got no answer: says which, and what the server said. */
export class RequestError extends Error {
  override readonly name = "RequestError";
  readonly status: number | undefined;
  readonly type: string | undefined;
  readonly reason: string;

  constructor({ method, path, status, type, reason }: RequestProblem, cause?: unknown) {
    const outcome = status === undefined ? "got no answer" : `was answered with ${status}`;
    super(`${method} ${path} ${outcome}: ${reason}`, { cause });
    this.status = status;
    this.type = type;
    this.reason = reason;
  }
}

/** Whether a server refused with this status. */
export function isStatus(error: unknown, ...statuses: readonly number[]): error is RequestError {
  return error instanceof RequestError && error.status !== undefined && statuses.includes(error.status);
}

/** Longest reason that is shown: some of Elasticsearch's repeat the whole request. */
const maxReason = 500;

/** The reason in the body of an error: Elasticsearch's innermost, Kibana's message, or the text itself. */
export function describeBody(body: unknown): { readonly type: string | undefined; readonly reason: string } {
  const inner = deepestCause(body);
  const reason =
    textAt(inner, "reason") ?? textAt(body, "error", "reason") ?? textAt(body, "message") ?? textAt(body, "error");
  const type = textAt(body, "error", "type");
  return { type, reason: (reason ?? (typeof body === "string" ? body : JSON.stringify(body))).slice(0, maxReason) };
}

function deepestCause(body: unknown): unknown {
  let cause: unknown = valueAt(body, "error");
  for (let next = valueAt(cause, "caused_by"); next !== undefined; next = valueAt(cause, "caused_by")) cause = next;
  return cause;
}
