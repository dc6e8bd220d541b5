/** What OpenTelemetry has to say about itself comes out through the SDK's own voice. */
import { diag, DiagConsoleLogger, DiagLogLevel } from "@opentelemetry/api";
import type { DiagLogger } from "@opentelemetry/api";
import { setGlobalErrorHandler } from "@opentelemetry/core";
import { messageOf, report, silenceDiagnostics } from "./diagnostics.ts";
import { reportSecond } from "./foreign-sdk.ts";
import type { ServiceOptions } from "./options.ts";

const levels: Readonly<Record<ServiceOptions["diagnostics"], DiagLogLevel>> = {
  none: DiagLogLevel.NONE,
  error: DiagLogLevel.ERROR,
  warn: DiagLogLevel.WARN,
  info: DiagLogLevel.INFO,
  debug: DiagLogLevel.DEBUG,
  verbose: DiagLogLevel.VERBOSE,
  all: DiagLogLevel.ALL,
};

const maxLength = 500;

/** Failures are said once a minute; who asks for `info` or more gets every line. */
export function routeOpenTelemetryDiagnostics(wanted: ServiceOptions["diagnostics"]): void {
  silenceDiagnostics(wanted === "none");
  const logLevel = levels[wanted];
  const logger = logLevel > DiagLogLevel.WARN ? new DiagConsoleLogger() : throttled;
  diag.setLogger(logger, { logLevel, suppressOverrideMessage: true });
  setGlobalErrorHandler((error) =>
    report(
      "export-failed",
      `telemetry could not be sent: ${messageOf(error).slice(0, maxLength)}; is the receiver running?`,
    ),
  );
}

/** What the API says to an SDK that is started after ours. */
const refusal = /duplicate registration|for (trace|metrics|context|propagation) does not match previously registered/;

/** Said to whoever else wants to hear what OpenTelemetry says. */
const otherLogger = /logger will be overwritten|for diag does not match previously registered/;

const throttled: DiagLogger = {
  error: (message) => say("opentelemetry-error", message),
  warn: (message) => say("opentelemetry-warning", message),
  info() {},
  debug() {},
  verbose() {},
};

function say(code: string, message: string): void {
  if (refusal.test(message)) reportSecond();
  else if (!otherLogger.test(message)) report(code, message.slice(0, maxLength));
}
