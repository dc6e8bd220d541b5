/** What the stand-in for Kibana is asked, and what it answers. */
export interface Answer {
  readonly status?: number;
  readonly body: unknown;
}

export interface JsonRequest {
  readonly method: string;
  /** Behind `/api/`. */
  readonly path: string;
  readonly given: unknown;
}

export const refusal = (statusCode: number, message: string): Answer => ({
  status: statusCode,
  body: { statusCode, error: "x", message },
});
