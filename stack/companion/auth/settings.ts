/** What the environment and the folder of secrets tell the service, read once and checked as a whole. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { kinds } from "../../settings.ts";
import { messageOf, OperatorError } from "../errors.ts";
import { roles } from "./roles.ts";
import type { RoleGroups } from "./roles.ts";

export interface OidcSettings {
  readonly issuer: URL;
  readonly clientId: string;
  /** Absent for a client without a secret, which PKCE protects alone. */
  readonly clientSecret: string | undefined;
  readonly scopes: string;
  readonly groupsClaim: string;
}

export interface AuthSettings {
  /** The address that people use, without a path: `https://localhost`. */
  readonly origin: string;
  readonly port: number;
  readonly dataDir: string;
  readonly groups: RoleGroups;
  /** Whether people with a password of the box's own may sign in. */
  readonly localUsers: boolean;
  readonly idleMs: number;
  readonly lifetimeMs: number;
  readonly oidc: OidcSettings | undefined;
  /** What all sealed tokens are derived from. */
  readonly sessionKey: string;
  /** Token of the one-time link of the first administrator. */
  readonly firstLink: string | undefined;
  /** The first machine token. */
  readonly machineToken: string | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

interface Parser<T> {
  readonly expected: string;
  /** Gives undefined for what cannot be used. */
  parse(text: string): T | undefined;
}

const origin: Parser<string> = {
  expected: "the address that people use, such as https://box.example.com, without a path",
  parse(text) {
    const url = URL.parse(text);
    return url?.protocol === "https:" && url.pathname === "/" && url.search === "" ? url.origin : undefined;
  },
};

/** Secrets and codes go there: only this machine may be asked without TLS. */
const issuer: Parser<URL> = {
  expected: "an address that begins with https://",
  parse(text) {
    const url = URL.parse(text) ?? undefined;
    const isLoopback = url?.protocol === "http:" && ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
    return url?.protocol === "https:" || isLoopback ? url : undefined;
  },
};

const port: Parser<number> = {
  expected: "a port from 0 to 65535",
  parse: (text) => (/^\d{1,5}$/.test(text) && Number(text) < 65_536 ? Number(text) : undefined),
};

const unitsMs: Readonly<Record<string, number>> = { s: 1e3, m: 6e4, h: 36e5, d: 864e5, w: 6048e5 };

/** A time such as `90d`, in milliseconds. */
export const duration: Parser<number> = {
  expected: "a time such as 30m, 8h or 7d",
  parse(text) {
    const [, number = "", unit = ""] = /^([1-9]\d{0,5})([smhdw])$/.exec(text) ?? [];
    return number === "" ? undefined : Number(number) * (unitsMs[unit] ?? 0);
  },
};

const onOff: Parser<boolean> = {
  expected: "on or off",
  parse: (text) => (text === "on" || text === "off" ? text === "on" : undefined),
};

/** It becomes part of a header that separates groups by commas. */
const group: Parser<string> = {
  expected: kinds.group.expected,
  parse: (text) => (text.length <= 128 && kinds.group.pattern.test(text) ? text : undefined),
};

const line: Parser<string> = {
  expected: "one line",
  parse: (text) => (/^[ -~]{1,1000}$/.test(text) ? text : undefined),
};

/**
 * Reads all settings.
 *
 * @throws OperatorError that lists every variable that cannot be used, or names the secret that is not there.
 */
export function readSettings(env: Environment): AuthSettings {
  const problems: string[] = [];
  const read = <T>(name: string, usual: string, parser: Parser<T>): T | undefined => {
    const text = valueOf(env, name) ?? usual;
    const value = parser.parse(text);
    if (value === undefined) problems.push(`${name}: got ${JSON.stringify(text)}, expected ${parser.expected}`);
    return value;
  };
  const secretsDir = secretsDirOf(env);
  const values = {
    origin: read("OBSBOX_URL", "https://localhost", origin) ?? "",
    port: read("OBSBOX_AUTH_PORT", "4180", port) ?? 0,
    groups: readGroups(read),
    localUsers: read("OBSBOX_LOCAL_USERS", "on", onOff) ?? true,
    idleMs: read("OBSBOX_SESSION_IDLE", "8h", duration) ?? 0,
    lifetimeMs: read("OBSBOX_SESSION_LIFETIME", "24h", duration) ?? 0,
    oidc: valueOf(env, "OBSBOX_OIDC_ISSUER") === undefined ? undefined : readOidc(read, secretsDir),
  };
  if (!values.localUsers && values.oidc === undefined) {
    problems.push("OBSBOX_LOCAL_USERS: got off, expected on as long as OBSBOX_OIDC_ISSUER is not set");
  }
  const names = Object.values(values.groups);
  if (new Set(names).size < names.length)
    problems.push(`groups: got ${names.join(", ")}, expected three different ones`);
  if (problems.length > 0) {
    throw new OperatorError(
      `these settings cannot be used: ${problems.join("; ")}`,
      "change them in .env and run obsbox up",
    );
  }
  return { ...values, ...readSecrets(secretsDir), dataDir: dataDirOf(env) };
}

export function dataDirOf(env: Environment): string {
  return valueOf(env, "OBSBOX_DATA_DIR") ?? "/var/lib/obsbox";
}

/** The first machine token, which also the commands show. */
export function machineTokenOf(env: Environment): string | undefined {
  return readSecret(secretsDirOf(env), "machine-token");
}

type Read = <T>(name: string, usual: string, parser: Parser<T>) => T | undefined;

function readGroups(read: Read): RoleGroups {
  const names = roles.map((role) => [role, read(`OBSBOX_${role.toUpperCase()}_GROUP`, role, group) ?? role] as const);
  return { viewer: "", editor: "", admin: "", ...Object.fromEntries(names) };
}

function readOidc(read: Read, secretsDir: string): OidcSettings | undefined {
  const url = read("OBSBOX_OIDC_ISSUER", "", issuer);
  const clientId = read("OBSBOX_OIDC_CLIENT_ID", "", line);
  const scopes = read("OBSBOX_OIDC_SCOPES", "openid email profile groups", line);
  const groupsClaim = read("OBSBOX_OIDC_GROUPS_CLAIM", "groups", line);
  if (url === undefined || clientId === undefined || scopes === undefined || groupsClaim === undefined)
    return undefined;
  return { issuer: url, clientId, scopes, groupsClaim, clientSecret: readSecret(secretsDir, "oidc-client-secret") };
}

/** 32 random bytes are 43 characters of base64url: what is much shorter was not made by us. */
const minKeyLength = 32;

function readSecrets(folder: string): Pick<AuthSettings, "sessionKey" | "firstLink" | "machineToken"> {
  const sessionKey = readSecret(folder, "session-key") ?? "";
  if (sessionKey.length < minKeyLength) {
    const problem = sessionKey === "" ? "is not there" : `has fewer than ${minKeyLength} characters`;
    throw new OperatorError(
      `the secret session-key in ${folder} ${problem}`,
      "run obsbox init, which makes what is missing",
    );
  }
  return { sessionKey, firstLink: readSecret(folder, "first-link"), machineToken: readSecret(folder, "machine-token") };
}

function readSecret(folder: string, name: string): string | undefined {
  try {
    return readFileSync(join(folder, name), "utf8").trim() || undefined;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw new OperatorError(`the secret ${name} cannot be read: ${messageOf(error)}`, "run obsbox up again", error);
  }
}

function secretsDirOf(env: Environment): string {
  return valueOf(env, "OBSBOX_SECRETS_DIR") ?? "/run/obsbox";
}

/** Compose hands over variables that are not set as empty ones. */
function valueOf(env: Environment, name: string): string | undefined {
  return env[name]?.trim() || undefined;
}
