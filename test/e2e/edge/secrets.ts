/** What Nginx, auth and the stand-in find under /run/obsbox. */
import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeAuthority, makeLeaf } from "../../../cli/box/certificates.ts";

/** Credentials that Nginx injects, so that tests can look for them. */
export const injected = {
  viewer: "Basic dmlld2VyOmFh",
  editor: "Basic ZWRpdG9yOmFh",
  admin: "Basic YWRtaW46YWE=",
  ingest: "Basic aW5nZXN0OmFh",
} as const;

const token = () => randomBytes(32).toString("base64url");

/** Writes all files, in a folder for each. */
export async function writeSecrets(folder: string, host: string): Promise<{ ca: string; machineToken: string }> {
  const authority = await makeAuthority("edge test");
  const own = await makeLeaf(authority, [host, "localhost", "obsbox", "nginx", "127.0.0.1", "::1"]);
  const elasticsearch = await makeLeaf(authority, ["elasticsearch"]);
  const machineToken = token();
  const { viewer, editor, admin, ingest } = injected;
  const files = {
    "nginx/tls.crt": own.cert,
    "nginx/tls.key": own.key,
    "nginx/ca.crt": authority.cert,
    "nginx/kibana-authorization.conf": `viewer "${viewer}";\neditor "${editor}";\nadmin "${admin}";\n`,
    "nginx/ingest-authorization.conf": `default "${ingest}";\n`,
    "echo/tls.crt": elasticsearch.cert,
    "echo/tls.key": elasticsearch.key,
    "auth/session-key": token(),
    "auth/machine-token": machineToken,
  };
  for (const name of ["nginx", "echo", "auth", "custom"]) mkdirSync(join(folder, name));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content, { mode: 0o644 });
  return { ca: authority.cert, machineToken };
}
