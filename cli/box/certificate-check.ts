/** Questions about a certificate that is there. */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import type { Pair } from "./certificates.ts";

const day = 86_400_000;
/** With fewer days left, a certificate of the box's own is made anew. */
export const renewDays = 30;

/** Days until it ends, below zero once it has. */
export function daysLeft(cert: string, now = Date.now()): number {
  return (new X509Certificate(cert).validToDate.getTime() - now) / day;
}

export function covers(cert: string, name: string): boolean {
  const certificate = new X509Certificate(cert);
  return (isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name)) !== undefined;
}

/** Why a pair cannot serve these names any longer; undefined when it can. */
export function renewalReason(pair: Pair, authority: string, names: readonly string[], now = Date.now()) {
  try {
    const certificate = new X509Certificate(pair.cert);
    if (!certificate.checkPrivateKey(createPrivateKey(pair.key))) return "its key is another one's";
    if (!certificate.verify(new X509Certificate(authority).publicKey)) return "another authority signed it";
    if (daysLeft(pair.cert, now) < renewDays) return `it ends in less than ${renewDays} days`;
    const missing = names.find((name) => !covers(pair.cert, name));
    return missing === undefined ? undefined : `it does not cover ${missing}`;
  } catch (error) {
    return `it cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** What is wrong with a certificate that the user brings; undefined when nothing is. */
export function ownCertificateProblem(pair: Pair, host: string, now = Date.now()): string | undefined {
  try {
    const certificate = new X509Certificate(pair.cert);
    if (!certificate.checkPrivateKey(createPrivateKey(pair.key))) return "the key does not belong to the certificate";
    if (certificate.validToDate.getTime() < now) return `it ended on ${certificate.validToDate.toISOString()}`;
    if (certificate.validFromDate.getTime() > now) return `it counts from ${certificate.validFromDate.toISOString()}`;
    return covers(pair.cert, host)
      ? undefined
      : `it does not cover ${host}, but ${certificate.subjectAltName ?? "nothing"}`;
  } catch (error) {
    return `it cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}
