/** `obsbox trust`: has this system trust the box's own authority, so that browsers do not warn. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { layout, projectOf } from "../box/box.ts";
import { dirOption, findBox } from "../box/find.ts";
import { findTrustStore } from "../box/trust-store.ts";
import type { Command, Input } from "../command.ts";
import { UserError } from "../errors.ts";
import { jsonOption, print, say } from "../report/output.ts";

export const trust: Command = {
  name: "trust",
  about: "Has this system trust the box's certificate; asks before it needs root.",
  options: {
    dir: dirOption,
    remove: { about: "Has it trust the box no longer" },
    print: { about: "Prints the path of the authority's certificate, and changes nothing" },
    yes: { about: "Does not ask, for scripts" },
    json: jsonOption,
  },
  async run(input) {
    const box = findBox(input.values["dir"]);
    const certificate = join(box.folder, layout.authority);
    if (input.isOn("print")) {
      print(input, { certificate }, () => [certificate]);
      return 0;
    }
    if ((box.given["OBSBOX_TLS_CERT"] ?? "") !== "") {
      throw new UserError("the box has a certificate of yours: its own authority serves nobody who browses", {
        hint: "have your systems trust who signed that certificate",
      });
    }
    const lines = commandsFor(certificate, projectOf(box), input.isOn("remove"));
    await agree(lines, input);
    for (const line of lines) await runLine(line);
    print(input, { certificate, trusted: !input.isOn("remove") }, () => [
      input.isOn("remove") ? "This system trusts the box no longer." : "This system trusts the box.",
      "Firefox keeps a list of its own: Settings, Certificates, Import.",
      ...(input.isOn("remove") ? [] : [`Node.js takes it from NODE_EXTRA_CA_CERTS=${certificate}`]),
    ]);
    return 0;
  },
};

function commandsFor(certificate: string, name: string, isRemoval: boolean): readonly (readonly string[])[] {
  const store = findTrustStore();
  if (store === undefined) {
    throw new UserError("obsbox does not know where this system keeps the authorities that it trusts", {
      hint: `import this file by hand: ${certificate}`,
    });
  }
  const lines = isRemoval ? store.remove(name) : store.add(certificate, name);
  const isRoot = process.getuid?.() === 0;
  return store.needsRoot && !isRoot ? lines.map((line) => ["sudo", ...line]) : lines;
}

/** Shows the commands. Where one of them needs root, the user has to agree. */
async function agree(lines: readonly (readonly string[])[], input: Input): Promise<void> {
  for (const line of lines) say(`  ${line.join(" ")}`);
  if (lines.every(([program]) => program !== "sudo") || input.isOn("yes")) return;
  if (!process.stdin.isTTY) throw new UserError("this needs root", { hint: "run the commands above, or add --yes" });
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question("Run them now? [y/N] ").finally(() => terminal.close());
  if (!/^y(es)?$/i.test(answer.trim()))
    throw new UserError("nothing was changed", { hint: "run the commands above yourself" });
}

async function runLine([program = "", ...args]: readonly string[]): Promise<void> {
  const child = spawn(program, args, { stdio: ["inherit", "ignore", "inherit"] });
  const ended = once(child, "close").catch((error: unknown) => [String(error)]);
  const [code] = await ended;
  if (code === 0) return;
  throw new UserError(`${program} failed: ${String(code)}`, {
    hint: `run it by hand: ${[program, ...args].join(" ")}`,
  });
}
