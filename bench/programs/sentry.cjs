/** As Sentry's documents show it; the address is in SENTRY_DSN. */
const sentry = require("@sentry/node");

sentry.init({ tracesSampleRate: 1 });
process.once("SIGTERM", () => sentry.close().finally(() => process.exit()));
