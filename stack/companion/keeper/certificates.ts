/** When the certificates of the box end. */
import { logger } from "@obsbox/sdk";
import { once } from "node:events";
import { isIP } from "node:net";
import { connect } from "node:tls";
import { messageOf } from "../errors.ts";
import { instruments } from "./metrics.ts";

export interface Endpoint {
  readonly component: string;
  readonly host: string;
  readonly port: number;
  /** The name that is asked for, where it is another than the host's. */
  readonly serverName?: string;
}

const timeoutMs = 5000;
const warnBeforeDays = 14;

/** Reads all of them; one that cannot be read does not keep the others. */
export async function readCertificates(endpoints: readonly Endpoint[]): Promise<void> {
  const problems: string[] = [];
  for (const endpoint of endpoints) {
    const { component } = endpoint;
    try {
      const expiryMs = await certificateEnd(endpoint);
      instruments.certificateExpiry.record(expiryMs / 1000, { component });
      warnWhenClose(component, expiryMs);
    } catch (error) {
      problems.push(`${component}: ${messageOf(error)}`);
    }
  }
  if (problems.length > 0) throw new Error(`certificates cannot be read: ${problems.join("; ")}`);
}

/** @returns The end of the certificate that a server shows, milliseconds since 1970. */
export async function certificateEnd({ host, port, serverName = host }: Endpoint): Promise<number> {
  // Who signed it does not matter here: one that has ended has to be read too.
  const name = isIP(serverName) === 0 ? { servername: serverName } : {};
  const socket = connect({ host, port, ...name, rejectUnauthorized: false });
  try {
    await once(socket, "secureConnect", { signal: AbortSignal.timeout(timeoutMs) });
    const endMs = Date.parse(socket.getPeerCertificate().valid_to);
    if (Number.isNaN(endMs)) throw new Error(`${host}:${port} shows no certificate`);
    return endMs;
  } finally {
    socket.destroy();
  }
}

function warnWhenClose(component: string, expiryMs: number): void {
  const days = Math.floor((expiryMs - Date.now()) / 86_400_000);
  if (days >= warnBeforeDays) return;
  logger.warn(
    { component, days },
    days < 0
      ? `the certificate of ${component} has ended; run obsbox up, which makes a new one`
      : `the certificate of ${component} ends in ${days} days; run obsbox up, which makes a new one`,
  );
}
