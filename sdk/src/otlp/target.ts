/** Where one signal goes by OTLP over HTTP: address, headers, compression, certificates. */
import { readFileSync } from "node:fs";
import { constants, gzip, gzipSync } from "node:zlib";
import { util } from "../builtins.ts";
import { messageOf, report } from "../diagnostics.ts";
import { sdkVersion } from "../resource.ts";

export interface Target {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly isCompressed: boolean;
  /** Longest time of one request. */
  readonly timeoutMs: number;
  readonly tls: Tls;
}

// A type rather than an interface: it is handed on as a record.
export type Tls = {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
};

export interface TargetOptions {
  readonly url: string;
  readonly contentType: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly compression: "auto" | "gzip" | "none";
  readonly timeoutMs: number;
  readonly tlsFiles: TlsFiles;
}

export interface TlsFiles {
  readonly caFile: string | undefined;
  readonly certFile: string | undefined;
  readonly keyFile: string | undefined;
}

export function describeTarget({ contentType, compression, tlsFiles, ...options }: TargetOptions): Target {
  const isCompressed = compression === "gzip" || (compression === "auto" && !isOnThisMachine(options.url));
  const own = {
    "content-type": contentType,
    "user-agent": `obsbox-sdk/${sdkVersion}`,
    ...(isCompressed ? { "content-encoding": "gzip" } : {}),
  };
  const { url, timeoutMs } = options;
  return { url, timeoutMs, isCompressed, headers: { ...options.headers, ...own }, tls: readTls(tlsFiles) };
}

const compressed = util.promisify(gzip);

/** Fast rather than small: telemetry repeats itself much. */
const level = { level: constants.Z_BEST_SPEED };

/** The body as it is sent, compressed in a thread of Node.js. */
export async function bodyFor({ isCompressed }: Target, encoded: Uint8Array): Promise<Uint8Array> {
  return isCompressed ? compressed(encoded, level) : encoded;
}

/** The same for who cannot wait. */
export function bodyAtOnce({ isCompressed }: Target, encoded: Uint8Array): Uint8Array {
  return isCompressed ? gzipSync(encoded, level) : encoded;
}

/** The address as it may be shown. */
export function withoutCredentials(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}

/** The address of a signal under the base address of a receiver. */
export function pathUnder(base: string, path: string): string {
  return base.replace(/\/$/, "") + path;
}

/** Compressing costs the service time and saves nothing on the way to its own machine. */
function isOnThisMachine(url: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(new URL(url).hostname);
}

function readTls({ caFile, certFile, keyFile }: TlsFiles): Tls {
  const [ca, cert, key] = [caFile, certFile, keyFile].map(readIfGiven);
  return { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
}

function readIfGiven(file: string | undefined): Buffer | undefined {
  if (file === undefined) return undefined;
  try {
    return readFileSync(file);
  } catch (error) {
    report("certificate-file", `a certificate for OTLP cannot be read and is left out: ${messageOf(error)}`);
    return undefined;
  }
}
