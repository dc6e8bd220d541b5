/** OpenTelemetry with nothing but what the app uses, as its documents show it. */
const { PrometheusExporter } = require("@opentelemetry/exporter-prometheus");
const { ExpressInstrumentation } = require("@opentelemetry/instrumentation-express");
const { HttpInstrumentation } = require("@opentelemetry/instrumentation-http");
const { PinoInstrumentation } = require("@opentelemetry/instrumentation-pino");
const { UndiciInstrumentation } = require("@opentelemetry/instrumentation-undici");
const { NodeSDK } = require("@opentelemetry/sdk-node");

const { OTEL_EXPORTER_PROMETHEUS_HOST: host, OTEL_EXPORTER_PROMETHEUS_PORT: port } = process.env;
const sdk = new NodeSDK({
  instrumentations: [
    new HttpInstrumentation(),
    new ExpressInstrumentation(),
    new UndiciInstrumentation(),
    new PinoInstrumentation({ disableLogSending: true }),
  ],
  metricReaders: [new PrometheusExporter({ host, port: Number(port) })],
});
sdk.start();
process.once("SIGTERM", () => sdk.shutdown().finally(() => process.exit()));
