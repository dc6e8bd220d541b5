/** Node.js, and the options that a service with this environment would get. */
import { ignoredVariables } from "../options.ts";
import type { Facts, Finding, Outcome } from "./finding.ts";
import { isOlder, majorOf } from "./versions.ts";

const oldest = [22, 18] as const;

/** Major versions that the SDK is tested with. */
const tested: readonly number[] = [22, 24, 26];

export function findNodeVersion(version: string = process.versions.node): Outcome {
  if (isOlder(version, oldest)) {
    const what = `Node.js ${version} is too old for the SDK, which needs ${oldest.join(".")} or later`;
    return { seen: version, findings: [{ level: "failure", code: "node-version", what, remedy: "update Node.js" }] };
  }
  if (tested.includes(majorOf(version))) return { seen: version, findings: [] };
  const what = `the SDK is tested with Node.js ${tested.join(", ")}, not with ${version}`;
  const remedy = "take one of these for production";
  return { seen: version, findings: [{ level: "note", code: "node-version", what, remedy }] };
}

export function findSettings({ env, options, problems, service }: Facts): Outcome {
  const ignored = Object.entries(ignoredVariables).filter(([name]) => (env[name] ?? "none") !== "none");
  const off: Finding = {
    level: "warning",
    code: "switched-off",
    what: "the SDK is switched off, so the service has a plain logger and nothing else",
    remedy: "take OBSBOX_ENABLED or OTEL_SDK_DISABLED out of the environment",
  };
  return {
    seen: `service ${service}`,
    findings: [
      ...problems.map((what): Finding => ({
        level: "failure",
        code: "not-started",
        what,
        remedy: "mend it; until then the service runs without telemetry",
      })),
      ...ignored.map(([name, remedy]): Finding => ({
        level: "warning",
        code: `ignored-${name}`,
        what: `${name} has no effect`,
        remedy,
      })),
      ...(options.service.enabled ? [] : [off]),
    ],
  };
}
