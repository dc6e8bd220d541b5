/** The public API of @obsbox/sdk. */
export { health } from "./admin/health.ts";
export type { Check, CheckSettings, Health } from "./admin/health.ts";
export { colorRequest } from "./coloring/color-request.ts";
export type { ColorSettings } from "./coloring/color-request.ts";
export { OptionsError } from "./errors.ts";
export type { OptionProblem } from "./errors.ts";
export { createLogger, logger } from "./logs/logger.ts";
export type { LogLevel } from "./logs/logger.ts";
export { metrics } from "./metrics/instruments.ts";
export type {
  Counter,
  Gauge,
  GaugeOptions,
  Histogram,
  HistogramOptions,
  InstrumentOptions,
  Metrics,
  Observation,
  Observer,
} from "./metrics/instruments.ts";
export type { PrometheusRegistry } from "./option-parsers.ts";
export type {
  AdminOptions,
  ColoringOptions,
  InstrumentationOptions,
  LogOptions,
  MetricOptions,
  RedactionOptions,
  ServiceOptions,
  ShutdownOptions,
  StartOptions,
  TraceOptions,
} from "./options.ts";
export { start } from "./start.ts";
export { shutdown, status } from "./telemetry.ts";
export type { ClusterStatus, Scrape, Status, Telemetry } from "./telemetry.ts";
export {
  bindContext,
  currentTraceId,
  injectContext,
  recordError,
  setAttribute,
  traced,
  withExtractedContext,
  withSpan,
} from "./traces/spans.ts";
export type { Carrier, SpanSettings } from "./traces/spans.ts";
