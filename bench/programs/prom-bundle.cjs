/** Metrics and access lines without traces: the middleware that many services have. */
const promBundle = require("express-prom-bundle");
const pinoHttp = require("pino-http");

module.exports = (logger) => [
  promBundle({ includeMethod: true, includePath: true, promClient: { collectDefaultMetrics: {} } }),
  pinoHttp({ logger }),
];
