import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  SamplingDecision,
  TraceIdRatioBasedSampler,
} from "@opentelemetry/sdk-trace";
import type { Sampler } from "@opentelemetry/sdk-trace";
import type { TraceOptions } from "../options.ts";
import { createCallerLimit } from "./caller-limit.ts";
import { createErrorBiased } from "./error-biased.ts";
import type { ErrorBiased } from "./error-biased.ts";

export type SamplerOptions = Pick<TraceOptions, "sampler" | "ratio" | "slowMs" | "callersPerSecond">;

/** Which spans are recorded, and which are kept. */
export interface Sampling {
  readonly sampler: Sampler;
  /** What decides after the beginning; absent where the sampler alone does. */
  readonly errorBiased?: ErrorBiased;
}

/** Samplers that decide at the beginning of a trace, by their OpenTelemetry names. */
const samplers = {
  always_on: () => new AlwaysOnSampler(),
  always_off: () => new AlwaysOffSampler(),
  traceidratio: ({ ratio }) => new TraceIdRatioBasedSampler(ratio),
  parentbased_always_on: () => new ParentBasedSampler({ root: new AlwaysOnSampler() }),
  parentbased_always_off: (options) => parentBased(new AlwaysOffSampler(), { ...options, ratio: 0 }),
  parentbased_traceidratio: (options) => parentBased(new TraceIdRatioBasedSampler(options.ratio), options),
} as const satisfies Record<string, (options: SamplerOptions) => Sampler>;

/** Makes what the options ask for. */
export function createSampling(options: SamplerOptions): Sampling {
  if (options.sampler !== "obsbox_error_biased") return { sampler: samplers[options.sampler](options) };
  const errorBiased = createErrorBiased(options);
  return { sampler: errorBiased.sampler, errorBiased };
}

/** What callers ask for is done, unless a limit is set. */
function parentBased(
  root: Sampler,
  { ratio, callersPerSecond }: Pick<TraceOptions, "ratio" | "callersPerSecond">,
): Sampler {
  if (callersPerSecond === undefined) return new ParentBasedSampler({ root });
  const mayKeep = createCallerLimit(callersPerSecond, ratio);
  const decide = () => ({ decision: mayKeep() ? SamplingDecision.RECORD_AND_SAMPLED : SamplingDecision.NOT_RECORD });
  const remoteParentSampled = { shouldSample: decide, toString: () => `CallerLimit{${callersPerSecond}}` };
  return new ParentBasedSampler({ root, remoteParentSampled });
}
