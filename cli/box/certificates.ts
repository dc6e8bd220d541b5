/** The box's own authority and the certificates that it signs: elliptic curve P-256, made by WebCrypto. */
import type { webcrypto } from "node:crypto";
import { isIP } from "node:net";

export interface Pair {
  /** Certificate, PEM. */
  readonly cert: string;
  /** Private key, PKCS #8 PEM. */
  readonly key: string;
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const day = 86_400_000;
/** Clocks of two machines differ; a certificate counts from a little earlier. */
const skewMs = 3_600_000;
const authorityDays = 3653;
/** Browsers refuse those that are good for longer than 398 days. */
export const leafDays = 366;

/** The name under which systems list the authority of a box. */
export function authorityName(box: string): string {
  return `obsbox authority of ${box}`;
}

/** Makes an authority. Each box has its own: trusting one is trusting one box. */
export async function makeAuthority(name: string, now = Date.now()): Promise<Pair> {
  const x509 = await loadX509();
  const keys = await makeKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${escapeName(authorityName(name))}, O=obsbox`,
    notBefore: new Date(now - skewMs),
    notAfter: new Date(now + authorityDays * day),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { cert: `${certificate.toString("pem")}\n`, key: await exportKey(keys.privateKey) };
}

/** Makes the certificate of a server, good for these host names and addresses. */
export async function makeLeaf(authority: Pair, names: readonly string[], now = Date.now()): Promise<Pair> {
  const x509 = await loadX509();
  const issuer = new x509.X509Certificate(authority.cert);
  const keys = await makeKeys();
  const certificate = await x509.X509CertificateGenerator.create({
    subject: `CN=${escapeName(names[0] ?? "obsbox")}`,
    issuer: issuer.subject,
    notBefore: new Date(now - skewMs),
    notAfter: new Date(Math.min(now + leafDays * day, issuer.notAfter.getTime())),
    signingAlgorithm: algorithm,
    signingKey: await importKey(authority.key),
    publicKey: keys.publicKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        names.map((name) => ({ type: isIP(name) === 0 ? "dns" : "ip", value: name })),
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(issuer),
    ],
  });
  return { cert: `${certificate.toString("pem")}\n`, key: await exportKey(keys.privateKey) };
}

/** Loaded when it is needed: most commands make no certificate. */
async function loadX509() {
  await import("./reflection.ts");
  return import("@peculiar/x509");
}

async function makeKeys(): Promise<webcrypto.CryptoKeyPair> {
  return crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  const bytes = Buffer.from(await crypto.subtle.exportKey("pkcs8", key)).toString("base64");
  return `-----BEGIN PRIVATE KEY-----\n${bytes.replaceAll(/.{64}(?=.)/g, "$&\n")}\n-----END PRIVATE KEY-----\n`;
}

async function importKey(pem: string): Promise<webcrypto.CryptoKey> {
  const bytes = Buffer.from(pem.replaceAll(/-----[^-]+-----/g, ""), "base64");
  return crypto.subtle.importKey("pkcs8", bytes, algorithm, false, ["sign"]);
}

/** A name may hold what separates the parts of a distinguished name. */
function escapeName(name: string): string {
  return name.replaceAll(/[,+"\\<>;=#]/g, "\\$&");
}
