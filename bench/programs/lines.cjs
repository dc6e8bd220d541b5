/** Writes as many log lines as it can, for LINES_SECONDS, when it is asked to. */
const { setImmediate: nextTurn } = require("node:timers/promises");
const pino = require("pino");
const { answers, listening } = require("./probe.cjs");

const { LINES_LOGGER, LINES_SECONDS, LINES_IN_SPANS, LOG_FILE } = process.env;
const warmUpSeconds = 1;
const batch = 500;

// A line is in the file when the call returns: nothing piles up in memory that the measurement would not see.
const file = () => pino.destination({ dest: LOG_FILE, sync: true });
const loggers = {
  pino: () => pino(file()),
  ecs() {
    const { ecsFormat } = require("@elastic/ecs-pino-format");
    const ids = { "trace.id": "a".repeat(32), "span.id": "b".repeat(16) };
    return pino({ ...ecsFormat(), mixin: () => ids }, file());
  },
  obsbox: () => require("@obsbox/sdk").logger,
};
const logger = loggers[LINES_LOGGER]();
const inSpan = LINES_IN_SPANS === "true" ? spans() : (write) => write();

function spans() {
  const tracer = require("@opentelemetry/api").trace.getTracer("lines");
  return (write) =>
    tracer.startActiveSpan("lines", (span) => {
      write();
      span.end();
    });
}

function writeBatch() {
  for (let line = 0; line < batch; line++) {
    logger.info({ orderId: line, price: 1250, currency: "EUR", express: true }, "order priced");
  }
}

async function writeFor(seconds) {
  const until = performance.now() + seconds * 1000;
  let lines = 0;
  for (; performance.now() < until; lines += batch) {
    inSpan(writeBatch);
    await nextTurn();
  }
  return lines;
}

answers.lines = async () => {
  const warmUp = await writeFor(warmUpSeconds);
  const [startedAt, before] = [performance.now(), answers.usage()];
  const lines = await writeFor(Number(LINES_SECONDS));
  const seconds = (performance.now() - startedAt) / 1000;
  return {
    linesPerSecond: lines / seconds,
    cpuUs: (answers.usage().cpuUs - before.cpuUs) / lines,
    written: warmUp + lines,
  };
};

listening(0);
