import { util } from "./builtins.ts";
import { redactText } from "./redaction/text.ts";

/** One option that cannot be used: where it came from, what was received and what would be right. */
export interface OptionProblem {
  /** Path of the option in `start()`, for instance `traces.ratio`. */
  readonly option: string;
  /** The environment variable that held the value, when it was not given in code. */
  readonly env?: string;
  readonly got: unknown;
  readonly expected: string;
}

/**
 * Thrown by `start()` when options cannot be used. It lists every bad option, not only the first one.
 *
 * @example
 * try {
 *   start({ traces: { ratio: 2 } });
 * } catch (error) {
 *   if (error instanceof OptionsError) console.error(error.problems);
 * }
 */
export class OptionsError extends Error {
  override readonly name = "OptionsError";
  readonly problems: readonly OptionProblem[];

  constructor(problems: readonly OptionProblem[]) {
    super(["obsbox cannot use these options:", ...problems.map((problem) => `  ${describe(problem)}`)].join("\n"));
    this.problems = problems;
  }
}

/** One line, however much was given. */
const inspectSettings = { depth: 1, breakLength: Infinity, maxArrayLength: 5, maxStringLength: 200 } as const;

function describe({ option, env, got, expected }: OptionProblem): string {
  const source = env === undefined ? option : `${option} (${env})`;
  const shown = typeof got === "string" ? quoted(redactText(got)) : redactText(util.inspect(got, inspectSettings));
  return `${source}: got ${shown}, expected ${expected}`;
}

function quoted(text: string): string {
  const { maxStringLength } = inspectSettings;
  const rest = text.length - maxStringLength;
  return JSON.stringify(text.slice(0, maxStringLength)) + (rest > 0 ? `... ${rest} more characters` : "");
}
