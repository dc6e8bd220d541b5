/** A folder for PATH whose `docker` is a stand-in: a shell script that answers what a test says, and notes each call. */
import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

export interface Answer {
  /** How the call begins: `compose ps`. Where Compose shows progress stands in no test. */
  readonly words: string;
  readonly stdout?: string | Uint8Array;
  readonly stderr?: string;
  readonly code?: number;
}

export interface DockerStandIn {
  readonly env: Readonly<Record<string, string>>;
  /** The calls that were made, their words joined. */
  calls(): readonly string[];
}

/** @param answers The first one that fits counts. */
export function dockerStandIn(answers: readonly Answer[]): DockerStandIn {
  const folder = mkdtempSync(join(tmpdir(), "obsbox-docker-"));
  const cases = answers.map(({ words, stdout = "", stderr = "", code = 0 }, index) => {
    writeFileSync(join(folder, `${index}.out`), stdout);
    writeFileSync(join(folder, `${index}.err`), stderr);
    const pattern = quote(words);
    return `${pattern}|${pattern}' '*) cat ${index}.err >&2; cat ${index}.out; exit ${code};;`;
  });
  const script = [
    "#!/bin/sh",
    `cd ${quote(folder)}`,
    `printf '%s\\n' "$*" >> calls`,
    `words=$(printf '%s' "$*" | sed 's/--progress plain //')`,
    'case "$words" in',
    ...cases,
    `*) echo "the stand-in has no answer to: docker $*" >&2; exit 125;;`,
    "esac",
  ];
  writeFileSync(join(folder, "docker"), `${script.join("\n")}\n`);
  chmodSync(join(folder, "docker"), 0o755);
  writeFileSync(join(folder, "calls"), "");
  return {
    env: { PATH: `${folder}${delimiter}${process.env["PATH"] ?? ""}` },
    calls: () => readFileSync(join(folder, "calls"), "utf8").split("\n").filter(Boolean),
  };
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** What a machine answers that has all that a box needs, and runs none. */
export const goodAnswers: readonly Answer[] = [
  {
    words: "info",
    stdout: JSON.stringify({
      ServerVersion: "28.2.2",
      OSType: "linux",
      MemTotal: 32e9,
      NCPU: 4,
      DockerRootDir: "/nowhere",
      SystemTime: new Date().toISOString(),
    }),
  },
  { words: "compose version", stdout: "2.40.3\n" },
  { words: "context inspect", stdout: "unix:///var/run/docker.sock\n" },
  { words: "compose config --quiet" },
  { words: "ps" },
  { words: "volume ls" },
  { words: "network ls" },
];
