/** 2,000 series, and how long answering a scrape of them keeps everything else waiting. */
const { createServer } = require("node:http");
const { answers, listening } = require("./probe.cjs");

const { SERIES_LIBRARY, SERIES_COUNT } = process.env;
const counters = ["bench_orders", "bench_payments"];
const labels = (series) => ({ method: "GET", route: `/routes/${series}`, status: "200" });

const libraries = {
  OpenTelemetry() {
    const meter = require("@opentelemetry/api").metrics.getMeter("series");
    const made = counters.map((name) => meter.createCounter(name));
    return (counter, series) => made[counter].add(1, labels(series));
  },
  "prom-client"() {
    const { Counter } = require("prom-client");
    const made = counters.map((name) => new Counter({ name, help: name, labelNames: Object.keys(labels(0)) }));
    return (counter, series) => made[counter].inc(labels(series));
  },
};

const add = libraries[SERIES_LIBRARY]();
for (let series = 0; series < Number(SERIES_COUNT); series++) add(series % counters.length, series);

let watching = false;
let longestMs = 0;

function turn(before) {
  const now = performance.now();
  longestMs = Math.max(longestMs, now - before);
  if (watching) setImmediate(turn, performance.now());
}

answers.watchTurns = () => {
  watching = true;
  longestMs = 0;
  setImmediate(turn, performance.now());
};
answers.longestTurn = () => {
  watching = false;
  return { longestMs };
};

// OpenTelemetry's exporter has a server of its own.
const serve = async (response) => response.end(await require("prom-client").register.metrics());
const server = createServer((request, response) => void serve(response));
server.listen(0, "127.0.0.1", () => listening(server.address().port));
