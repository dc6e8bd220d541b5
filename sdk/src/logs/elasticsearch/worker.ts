/** The worker thread: takes lines from the main thread, sends them, tells what has become of them. */
import { workerData } from "node:worker_threads";
import { messageOf } from "../../diagnostics.ts";
import { connect } from "./connection.ts";
import { ended } from "./messages.ts";
import type { FromWorker, ToWorker, WorkerStart } from "./messages.ts";
import { Pack } from "./pack.ts";
import { Sender } from "./sender.ts";
import { openSpool } from "./spool.ts";
import type { Spool } from "./spool.ts";

const tendEveryMs = 15_000;

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the main thread has given
const { settings, port, state } = workerData as WorkerStart;

const say = (message: FromWorker) => port.postMessage(message);
const report = (code: string, message: string) => say({ kind: "report", code, message });

const spool = openOwnSpool();
const sender = new Sender({
  settings,
  connection: connect(settings),
  spool,
  report,
  onSpoolEnds: (ends) => say({ kind: "spool", ends }),
});

port.on("message", (message: ToWorker) => {
  if (message.kind === "end") sender.end(message.withinMs);
  else if (message.kind === "flush")
    void sender.flush(message.withinMs).then(() => say({ kind: "flushed", id: message.id }));
  else sender.add(packOf(message));
});

await sender.run();
Atomics.store(state, 0, ended);
Atomics.notify(state, 0);
port.close();

function packOf({ id, bytes }: Extract<ToWorker, { kind: "lines" }>): Pack {
  return new Pack(Buffer.from(bytes), (ends) => say({ kind: "done", id, ends }), settings.idStart);
}

function openOwnSpool(): Spool | undefined {
  const { spoolDir, service, spoolBytes } = settings;
  if (spoolDir === undefined) return undefined;
  const onLost = (lines: number) => {
    say({ kind: "spool", ends: { "elasticsearch-spool-full": lines } });
    report("elasticsearch-spool-full", `the spool ${spoolDir} is full, so its oldest log lines are lost`);
  };
  try {
    const opened = openSpool({ dir: spoolDir, service, maxBytes: spoolBytes, onLost });
    opened.tend();
    setInterval(() => opened.tend(), tendEveryMs).unref();
    return opened;
  } catch (error) {
    report(
      "elasticsearch-spool",
      `the spool ${spoolDir} cannot be used: ${messageOf(error)}; lines wait in memory only`,
    );
    return undefined;
  }
}
