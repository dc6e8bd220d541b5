import { execFileSync } from "node:child_process";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, createServer } from "node:tls";
import { expect, test } from "vitest";
import { covers, daysLeft, ownCertificateProblem, renewalReason } from "./certificate-check.ts";
import { makeAuthority, makeLeaf } from "./certificates.ts";

const names = ["obs.example", "localhost", "127.0.0.1", "::1"];
const authority = await makeAuthority("a box, with +signs");
const leaf = await makeLeaf(authority, names);
const day = 86_400_000;

test("the authority signs servers and no other authorities, for ten years", () => {
  const certificate = new X509Certificate(authority.cert);
  expect([certificate.ca, certificate.verify(certificate.publicKey)]).toEqual([true, true]);
  expect(certificate.checkPrivateKey(createPrivateKey(authority.key))).toBe(true);
  expect(daysLeft(authority.cert)).toBeCloseTo(3653, 0);
  expect(openssl(authority.cert, ["-ext", "basicConstraints,keyUsage"])).toMatch(/CA:TRUE, pathlen:0[\s\S]*CRL Sign/);
});

test("a server's certificate is good for its names, a year and serving", () => {
  const certificate = new X509Certificate(leaf.cert);
  expect([certificate.ca, certificate.checkIssued(new X509Certificate(authority.cert))]).toEqual([false, true]);
  expect(daysLeft(leaf.cert)).toBeCloseTo(366, 0);
  expect([...names, "other.example", "127.0.0.2"].map((name) => covers(leaf.cert, name))).toEqual([
    ...names.map(() => true),
    false,
    false,
  ]);
  expect(openssl(leaf.cert, ["-ext", "extendedKeyUsage"])).toContain("TLS Web Server Authentication");
});

test("openssl verifies the chain", () => {
  const folder = mkdtempSync(join(tmpdir(), "obsbox-verify-"));
  writeFileSync(join(folder, "ca.crt"), authority.cert);
  writeFileSync(join(folder, "leaf.crt"), leaf.cert);
  const args = ["verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", "ca.crt", "leaf.crt"];
  expect(execFileSync("openssl", args, { cwd: folder, encoding: "utf8" })).toBe("leaf.crt: OK\n");
});

test("a client that trusts the authority connects, one that does not is warned", async () => {
  const server = createServer({ cert: leaf.cert, key: leaf.key }, (socket) => socket.end("hello")).listen(
    0,
    "127.0.0.1",
  );
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const trusting = connect({ port, host: "127.0.0.1", servername: "obs.example", ca: authority.cert });
  const [greeting] = await once(trusting.setEncoding("utf8"), "data");
  expect(greeting).toBe("hello");
  const wary = connect({ port, host: "127.0.0.1", servername: "localhost" });
  await expect(once(wary, "secureConnect")).rejects.toThrow(/unable to (get|verify)/);
  server.close();
});

test("a certificate never outlives its authority", async () => {
  const late = Date.now() + 3600 * day;
  const certificate = new X509Certificate((await makeLeaf(authority, names, late)).cert);
  expect(certificate.validToDate).toEqual(new X509Certificate(authority.cert).validToDate);
});

test("a certificate is made anew when it ends soon, lacks a name, or fits no more", async () => {
  const other = await makeAuthority("other");
  const reasons = [
    renewalReason(leaf, authority.cert, names),
    renewalReason(leaf, authority.cert, names, Date.now() + 335 * day),
    renewalReason(leaf, authority.cert, names, Date.now() + 337 * day),
    renewalReason(leaf, authority.cert, [...names, "new.example"]),
    renewalReason(leaf, other.cert, names),
    renewalReason({ ...leaf, key: other.key }, authority.cert, names),
  ];
  expect(reasons).toEqual([
    undefined,
    undefined,
    "it ends in less than 30 days",
    "it does not cover new.example",
    "another authority signed it",
    "its key is another one's",
  ]);
  expect(renewalReason({ ...leaf, cert: "garbage" }, authority.cert, names)).toMatch(/^it cannot be read/);
});

test("a certificate that the user brings has to fit, be valid, and cover the host", () => {
  const now = Date.now();
  const problems = [
    ownCertificateProblem(leaf, "obs.example"),
    ownCertificateProblem({ ...leaf, key: authority.key }, "obs.example"),
    ownCertificateProblem(leaf, "obs.example", now + 400 * day),
    ownCertificateProblem(leaf, "obs.example", now - 2 * day),
    ownCertificateProblem(leaf, "other.example"),
    ownCertificateProblem({ ...leaf, key: "garbage" }, "obs.example"),
  ];
  expect(problems).toEqual([
    undefined,
    "the key does not belong to the certificate",
    expect.stringMatching(/^it ended on 20/),
    expect.stringMatching(/^it counts from 20/),
    "it does not cover other.example, but DNS:obs.example, DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1",
    expect.stringMatching(/^it cannot be read/),
  ]);
});

function openssl(cert: string, args: readonly string[]): string {
  return execFileSync("openssl", ["x509", "-noout", ...args], { input: cert, encoding: "utf8" });
}
