/** Lets the bench ask a service what it used, over the channel between the two processes: the same in every set-up. */
const { monitorEventLoopDelay } = require("node:perf_hooks");

const resolutionMs = 5;
const delay = monitorEventLoopDelay({ resolution: resolutionMs });

const answers = {
  usage() {
    const { user, system } = process.cpuUsage();
    return { cpuUs: user + system, rssBytes: process.memoryUsage.rss() };
  },
  watch() {
    delay.reset();
    delay.enable();
    return {};
  },
  /** What the histogram holds is the time between two ticks, so the tick itself goes off. */
  delay() {
    delay.disable();
    const beyond = (nanoseconds) => Math.max(0, nanoseconds / 1e6 - resolutionMs);
    return { p50Ms: beyond(delay.percentile(50)), p99Ms: beyond(delay.percentile(99)), maxMs: beyond(delay.max) };
  },
};

const reply = async ({ id, question }) => process.send({ id, answer: await answers[question]() });
process.on("message", (message) => void reply(message));
// Without the bench nobody would end it.
process.on("disconnect", () => process.exit());

exports.listening = (port) => process.send({ listening: port });
/** A program may know more answers. */
exports.answers = answers;
