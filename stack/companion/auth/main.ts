/** `companion auth`: the service that knows who is signed in. */
import { once } from "node:events";
import { constants, mkdirSync } from "node:fs";
import { access } from "node:fs/promises";
import type { Server } from "node:http";
import { health, logger, shutdown } from "@obsbox/sdk";
import { createAudit } from "./audit.ts";
import { messageOf, OperatorError } from "../errors.ts";
import { createAuthServer } from "./http/server.ts";
import { createLimits } from "./limits.ts";
import { beginCounting } from "./metrics.ts";
import { createProvider } from "./oidc/provider.ts";
import { createPasswords } from "./passwords/passwords.ts";
import { routesOf } from "./routes/table.ts";
import type { AuthService } from "./service.ts";
import { openRevocations } from "./sessions/revocations.ts";
import { createSessions } from "./sessions/sessions.ts";
import { readSettings } from "./settings.ts";
import type { AuthSettings } from "./settings.ts";
import { startTelemetry } from "./telemetry.ts";
import { createTokens, openTokensFile } from "./tokens/store.ts";
import { openUsers } from "./users/store.ts";

/**
 * Runs the service until it is told to end.
 *
 * @returns The exit code: 0 after SIGTERM or SIGINT, 1 when it could not start.
 */
export async function runAuth(_args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  try {
    const settings = readSettings(env);
    const service = createService(settings);
    startTelemetry(env);
    beginCounting();
    const server = createAuthServer(routesOf(service));
    await listen(server, settings.port);
    await told();
    await end(server, service);
    return 0;
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    process.stderr.write(`auth: ${error.message}\n  ${error.remedy}\n`);
    return 1;
  }
}

function createService(settings: AuthSettings): AuthService {
  makeFolder(settings.dataDir);
  const onProblem = (message: string) => logger.error(`${message}; what it said before holds`);
  const users = openUsers(settings.dataDir, onProblem);
  const onUnwritten = (error: unknown) => logger.error(`uses of tokens were not written: ${messageOf(error)}`);
  return {
    settings,
    users,
    sessions: createSessions(settings, () => users.read(), openRevocations(settings.dataDir)),
    passwords: createPasswords(),
    limits: createLimits(),
    tokens: createTokens(openTokensFile(settings.dataDir, onProblem), {
      first: settings.machineToken,
      onProblem: onUnwritten,
    }),
    provider: settings.oidc === undefined ? undefined : createProvider(settings.oidc, settings.origin),
    audit: createAudit(),
  };
}

/** Without it nobody can choose a password or sign out. */
function makeFolder(folder: string): void {
  const remedy = "give the folder to the user that the service runs as";
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new OperatorError(`the folder ${folder} cannot be made: ${messageOf(error)}`, remedy, error);
  }
  health.addCheck("data", () => access(folder, constants.W_OK));
}

async function listen(server: Server, port: number): Promise<void> {
  server.listen(port);
  try {
    await once(server, "listening");
  } catch (error) {
    throw new OperatorError(
      `port ${port} cannot be opened: ${messageOf(error)}`,
      "set OBSBOX_AUTH_PORT to a free one",
      error,
    );
  }
  const address = server.address();
  const own = typeof address === "object" ? (address?.port ?? port) : port;
  logger.info({ "event.action": "service-listen", "server.port": own }, `listening on port ${own}`);
}

async function told(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => resolve());
  await promise;
}

/** Requests that are being answered get their answer. */
async function end(server: Server, { tokens }: AuthService): Promise<void> {
  health.setReady(false);
  server.close();
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), endTimeoutMs).unref();
  await once(server, "close");
  clearTimeout(timer);
  await tokens.stop();
  await shutdown();
}

const endTimeoutMs = 3000;
