/** A mistake of the user: shown as one line and a remedy, never as a stack. */
export class UserError extends Error {
  override readonly name = "UserError";
  readonly hint: string;
  readonly exitCode: number;

  constructor(message: string, { hint, exitCode = 1, cause }: { hint: string; exitCode?: number; cause?: unknown }) {
    super(message, { cause });
    this.hint = hint;
    this.exitCode = exitCode;
  }
}
