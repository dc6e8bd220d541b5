/** The program of the companion image: `node companion.mjs <command>`, one process for each container. */
import { runAuth } from "./auth/main.ts";
import { runTokens } from "./auth/tokens-command.ts";
import { runUsers } from "./auth/users-command.ts";
import { runHealth } from "./health.ts";
import { runKeeper } from "./keeper/main.ts";
import { runSecrets } from "./secrets/main.ts";
import { runSetup } from "./setup/main.ts";

/** @returns The exit code. */
type Run = (args: readonly string[], env: NodeJS.ProcessEnv) => Promise<number>;

const commands: Readonly<Record<string, Run>> = {
  secrets: runSecrets,
  auth: runAuth,
  setup: runSetup,
  keeper: runKeeper,
  users: runUsers,
  tokens: runTokens,
  health: runHealth,
};

const [name = "", ...args] = process.argv.slice(2);
const run = Object.hasOwn(commands, name) ? commands[name] : undefined;
if (run === undefined) {
  process.stderr.write(
    `companion: there is no command "${name}"; expected one of ${Object.keys(commands).join(", ")}\n`,
  );
  process.exitCode = 2;
} else {
  process.exitCode = await run(args, process.env);
}
