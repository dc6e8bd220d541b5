/** Every public function with values of every kind, in child processes, and which functions these are. */
import { readText } from "./repository.ts";
import { startOtlpReceiver } from "./otlp-receiver.ts";
import { register, startProgram } from "./run-program.ts";

export interface FuzzResult {
  /** By function, how often it threw and what first. */
  readonly thrown: Readonly<Record<string, unknown>>;
  readonly unhandled: readonly string[];
  /** Whether a prototype has changed. */
  readonly polluted: boolean;
  /** The functions that were called. */
  readonly names: readonly string[];
  readonly lines: readonly string[];
  readonly spans: number;
  /** Bytes of `/metrics` afterwards. */
  readonly scrape?: number;
}

/** Calls each function of `test/fixtures/<app>` with so many values. */
export async function fuzz(app: string, seed: number, runs: number): Promise<FuzzResult> {
  let spans = 0;
  await using receiver = await startOtlpReceiver((records) => (spans += records.length));
  await using program = startProgram(app, {
    flags: app === "fuzz-app.mjs" ? register : [],
    args: [String(seed), String(runs)],
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url },
  });
  const code = await program.ended();
  const result: FuzzResult = JSON.parse(/^RESULT (.*)$/m.exec(program.stderr())?.[1] ?? "{}");
  if (code !== 0) throw new Error(`${app} ended with ${code}: ${program.stderr().slice(-2000)}`);
  return { ...result, spans, lines: program.stdout().trimEnd().split("\n") };
}

/** What users import, without `register`, which has no functions. */
const entries = ["index.d.ts", "express.d.ts", "logs/pretty.d.ts", "testing.d.ts", "vocabulary.d.ts"];

/** The names of all public functions, and of all functions of public interfaces, as the snapshot of the API has them. */
export function publicFunctions(): string[] {
  const sections = readText("test/contract/api.snapshot.txt").split(/^\/\/ (?=\S+\.d\.ts$)/m);
  const isEntry = (section: string) => entries.some((entry) => section.startsWith(`${entry}\n`));
  const names = new Set(sections.filter(isEntry).flatMap(exportedNames));
  return sections.flatMap(functionsIn).filter((name) => names.has(name.split(".")[0] ?? ""));
}

function exportedNames(section: string): string[] {
  const passedOn = [...section.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap(([, list = ""]) => list.split(","));
  const own = [...section.matchAll(/^export (?:declare )?(?:function|interface|const) (\w+)/gm)].map(
    ([, name]) => name,
  );
  return [...passedOn, ...own].map((name = "") => name.trim()).filter(Boolean);
}

function functionsIn(section: string): string[] {
  const functions = [...section.matchAll(/^export declare function (\w+)/gm)].map(([, name = ""]) => name);
  const methods = [...section.matchAll(/^export interface (\w+)[^{]*\{\n([\s\S]*?)^\}/gm)].flatMap(
    ([, owner = "", body = ""]) =>
      [...body.matchAll(/^ {4}(\w+)(?:<[^>]*>)?\(/gm)].map(([, name]) => `${owner}.${name}`),
  );
  return [...new Set([...functions, ...methods])];
}
