/** Gathers what the checks look at. */
import { OptionsError } from "../errors.ts";
import { resolveOptions } from "../options.ts";
import type { Options } from "../options.ts";
import { resourceAttributes } from "../vocabulary.ts";
import type { Facts } from "./finding.ts";
import { findCopies } from "./installed.ts";
import { readManifest } from "./manifest.ts";
import { otherSdks } from "./other-sdks.ts";

type Environment = Facts["env"];

const watched = /^(@obsbox\/sdk|@opentelemetry\/.+|pino|import-in-the-middle|require-in-the-middle)$/;

export function gatherFacts(cwd: string, env: Environment): Facts {
  const manifest = readManifest(cwd);
  const { options, problems } = resolve(env);
  const { serviceName, resourceAttributes: given } = options.service;
  const isWanted = (name: string) => watched.test(name) || otherSdks.some((row) => row.name === name);
  const service = serviceName ?? given[resourceAttributes.serviceName] ?? manifest.name ?? "unknown_service:node";
  return { cwd, env, options, problems, manifest, service, copies: findCopies(cwd, isWanted) };
}

/** What cannot be used is left out, so that the rest can be looked at. */
function resolve(env: Environment): { readonly options: Options; readonly problems: readonly string[] } {
  try {
    return { options: resolveOptions({}, env), problems: [] };
  } catch (error) {
    if (!(error instanceof OptionsError)) throw error;
    const bad = new Set(error.problems.map((problem) => problem.env));
    const rest = Object.fromEntries(Object.entries(env).filter(([name]) => !bad.has(name)));
    const [, ...lines] = error.message.split("\n").map((line) => line.trim());
    return { options: resolve(rest).options, problems: lines };
  }
}
