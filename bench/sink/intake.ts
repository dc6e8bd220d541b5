/** One protocol that the sink speaks. */
export interface Intake {
  /** Requests for it, by their path with the query. */
  readonly path: RegExp;
  /** What is answered; nothing is read of the body before the measurement is over. */
  answer(url: string): string;
  /** Spans in a body, for those that carry any. */
  countSpans?(body: Buffer, url: string): number;
}

/** Items of what should be a list of objects. */
export function list(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value : [];
}
