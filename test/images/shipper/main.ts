/**
 * A stand-in for Filebeat, which cannot be had where no image registry can be reached. It reads the same configuration
 * files and follows what Elastic documents of the settings that they use: filestream with fingerprint identity, ndjson,
 * at-least-once delivery by bulk requests with `create`, back-off, a registry on disk. It shows that the configuration
 * ships lines; it proves nothing about Filebeat itself.
 */
import { createServer } from "node:http";
import { readConfiguration } from "./configuration.ts";
import { harvest } from "./harvest.ts";
import { connect } from "./output.ts";
import { openRegistry } from "./registry.ts";

const configuration = readConfiguration(process.argv.slice(2));
const registry = openRegistry("/usr/share/filebeat/data/registry.json");
const output = connect(configuration.output);
const stats = { acked: 0, dropped: 0, failed: 0 };
const stop = new AbortController();

const { host, port } = configuration.http;
const server = createServer((_request, response) => {
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ beat: "filebeat", standIn: true, libbeat: { output: { events: stats } } }));
}).listen(port, host);

process.once("SIGTERM", () => stop.abort());

while (!stop.signal.aborted) {
  const batch = harvest(configuration, registry, configuration.output.bulkMaxSize);
  if (batch.events.length === 0) {
    await new Promise((resolve) => setTimeout(resolve, configuration.idleMs));
    continue;
  }
  const { acked, dropped } = await deliver(batch.events);
  stats.acked += acked;
  stats.dropped += dropped;
  // Only now: what was not acknowledged is read again after a crash.
  registry.advance(batch.offsets);
}
registry.flush();
server.close();
process.exit(0);

/** Tries for ever, as Filebeat does; the file is the queue. */
async function deliver(events: Parameters<typeof output.send>[0]): Promise<{ acked: number; dropped: number }> {
  const total = { acked: 0, dropped: 0 };
  let waiting = events;
  let pause = configuration.output.backoff.init;
  while (waiting.length > 0) {
    const { acked, dropped, retry, error } = await output.send(waiting);
    total.acked += acked;
    total.dropped += dropped;
    waiting = retry;
    if (retry.length === 0) break;
    stats.failed += retry.length;
    process.stderr.write(
      `${JSON.stringify({ "log.level": "warn", message: `${retry.length} events wait: ${error}` })}\n`,
    );
    await new Promise((resolve) => setTimeout(resolve, pause));
    pause = Math.min(pause * 2, configuration.output.backoff.max);
  }
  return total;
}
