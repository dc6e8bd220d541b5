/**
 * PM2 starts a program of its own, which then runs the service's. What the service is called and configured with
 * stands in one variable until then; later its parts are variables of their own.
 */
import { basename } from "node:path";

export interface Pm2Application {
  readonly name: string;
  /** Path of the service's own program. */
  readonly script: string;
  /** Variables that the service gets. */
  readonly env: Readonly<Record<string, unknown>>;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The application of PM2 that this process belongs to; undefined where PM2 has not started it. */
export function pm2Application(env: Environment): Pm2Application | undefined {
  const settings = env["pm2_env"] === undefined ? env : parse(env["pm2_env"]);
  const { pm_exec_path: script, name } = settings;
  if (typeof script !== "string" || settings["pm_id"] === undefined) return undefined;
  return { name: typeof name === "string" ? name : "", script, env: settings };
}

/** Whether this program is the one of PM2 that runs a service, and has not begun to. */
export function isPm2Container(program: string | undefined): boolean {
  return program !== undefined && /^ProcessContainer(Fork|Bun)?(\.js)?$/.test(basename(program));
}

/** The SDK starts before PM2 sets the variables of the service: those that it reads are set now. */
export function adoptPm2Environment(env: NodeJS.ProcessEnv): void {
  if (env["pm2_env"] === undefined) return;
  for (const [name, value] of Object.entries(pm2Application(env)?.env ?? {})) {
    if (typeof value === "string" && ours.test(name)) env[name] = value;
  }
}

const ours = /^(OTEL_|OBSBOX_|LOG_LEVEL$|NODE_ENV$)/;

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    const settings: unknown = JSON.parse(text);
    return typeof settings === "object" && settings !== null ? { ...settings } : {};
  } catch {
    return {};
  }
}
