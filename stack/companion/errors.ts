/** A mistake of who runs a command or starts the service: shown as one line and a remedy, never as a stack. */
export class OperatorError extends Error {
  override readonly name = "OperatorError";
  readonly remedy: string;

  constructor(message: string, remedy: string, cause?: unknown) {
    super(message, { cause });
    this.remedy = remedy;
  }
}

export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
