/** Everything that the doctor looks at: one row each. */
import { messageOf } from "../diagnostics.ts";
import { findAdminPort } from "./admin-port.ts";
import { findBundlers } from "./bundlers.ts";
import { findElasticsearch } from "./elasticsearch.ts";
import type { Check, Facts, Outcome, Result } from "./finding.ts";
import { findFlag } from "./flag.ts";
import { findCertificates, findFolders } from "./folders.ts";
import { findOtherSdks } from "./other-sdks.ts";
import { findCopiesOf } from "./packages.ts";
import { findReceiver } from "./receiver.ts";
import { findNodeVersion, findSettings } from "./runtime.ts";

export const checks: readonly Check[] = [
  { name: "Node.js", find: () => findNodeVersion() },
  { name: "settings", find: findSettings },
  { name: "packages", find: findCopiesOf },
  { name: "other SDKs", find: findOtherSdks },
  { name: "start flag", find: findFlag },
  { name: "bundlers", find: findBundlers },
  { name: "admin port", find: findAdminPort },
  { name: "certificates", find: findCertificates },
  { name: "OTLP receiver", find: findReceiver },
  { name: "folders", find: findFolders },
  { name: "Elasticsearch", find: findElasticsearch },
];

/** Runs all at the same time; each ends by its own deadline. */
export async function runChecks(facts: Facts): Promise<readonly Result[]> {
  return Promise.all(checks.map(async ({ name, find }) => ({ name, ...(await tried(() => find(facts))) })));
}

/** A check that fails by itself says so, and the others go on. */
async function tried(find: () => Outcome | Promise<Outcome>): Promise<Outcome> {
  try {
    return await find();
  } catch (error) {
    const remedy = "please report this as a bug";
    return {
      seen: "failed",
      findings: [{ level: "warning", code: "check-failed", what: messageOf(error), remedy }],
    };
  }
}

export function hasFailure(results: readonly Result[]): boolean {
  return results.some(({ findings }) => findings.some(({ level }) => level === "failure"));
}
