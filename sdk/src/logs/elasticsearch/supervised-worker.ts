/** A worker thread that is started again when it crashes, and that never keeps the process alive. */
import { MessageChannel, receiveMessageOnPort, Worker } from "node:worker_threads";
import type { MessagePort } from "node:worker_threads";
import { messageOf, report } from "../../diagnostics.ts";
import { ownModule } from "../../own-files.ts";
import { pauseAfter } from "./back-off.ts";
import { ended } from "./messages.ts";
import type { FromWorker, ToWorker } from "./messages.ts";
import type { ElasticsearchSettings } from "./settings.ts";

export interface WorkerSettings {
  readonly settings: ElasticsearchSettings;
  readonly onMessage: (message: FromWorker) => void;
  /** Told when a worker has begun: what the one before has not finished is to be posted again. */
  readonly onStart: () => void;
  /** Told when a worker is gone. */
  readonly onGone: () => void;
  /** The file that it runs; another one in tests. */
  readonly file?: URL;
}

const ownProgram = ownModule("logs/elasticsearch/worker");

const restart = { retryMinMs: 1000, retryMaxMs: 60_000 };

/** A worker that has run for so long does not count as having crashed at once. */
const steadyMs = 60_000;

/** Far more than lines on their way need; a leak in the worker ends the worker, not the service. */
const resourceLimits = { maxOldGenerationSizeMb: 192 };

interface Running {
  readonly worker: Worker;
  readonly port: MessagePort;
  readonly state: Int32Array<SharedArrayBuffer>;
  readonly begunMs: number;
}

export class SupervisedWorker {
  readonly #settings: WorkerSettings;
  #running: Running | undefined;
  #crashes = 0;
  #isEnding = false;

  constructor(settings: WorkerSettings) {
    this.#settings = settings;
    this.#start();
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  post(message: ToWorker): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port of a thread has no origin
    this.#running?.port.postMessage(message);
  }

  /** Hears at once what the worker has said, without waiting for the event loop. */
  listen(): void {
    const { port } = this.#running ?? {};
    if (port === undefined) return;
    for (let said = receiveMessageOnPort(port); said !== undefined; said = receiveMessageOnPort(port)) {
      this.#settings.onMessage(said.message);
    }
  }

  /** Tells the worker to end; it may take some milliseconds for that. */
  end(withinMs: number): void {
    this.#isEnding = true;
    this.post({ kind: "end", withinMs });
  }

  /** Waits for the end with the thread stopped: for the end of the process, when nothing runs any more. */
  waitForEnd(timeoutMs: number): void {
    if (this.#running === undefined) return;
    Atomics.wait(this.#running.state, 0, 0, timeoutMs);
    this.listen();
  }

  #start(): void {
    try {
      this.#running = this.#launch();
    } catch (error) {
      this.#restartLater(messageOf(error));
      return;
    }
    this.#settings.onStart();
  }

  #launch(): Running {
    const { settings, file = ownProgram, onMessage } = this.#settings;
    const { port1: port, port2 } = new MessageChannel();
    const state = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    // Flags and NODE_OPTIONS would start everything again that the service has started with them.
    const { NODE_OPTIONS: _options, ...env } = process.env;
    const worker = new Worker(file, {
      name: "obsbox-elasticsearch",
      workerData: { settings, port: port2, state },
      transferList: [port2],
      execArgv: [],
      env,
      resourceLimits,
    });
    let why = "it has ended";
    worker.on("error", (error) => (why = messageOf(error)));
    worker.on("exit", () => this.#onExit(why));
    port.on("message", onMessage);
    port.unref();
    worker.unref();
    return { worker, port, state, begunMs: performance.now() };
  }

  #onExit(why: string): void {
    const gone = this.#running;
    this.listen();
    this.#running = undefined;
    gone?.port.close();
    const hasEnded = gone !== undefined && Atomics.load(gone.state, 0) === ended;
    if (!hasEnded && !this.#isEnding) {
      if (performance.now() - (gone?.begunMs ?? 0) > steadyMs) this.#crashes = 0;
      this.#restartLater(why);
    }
    this.#settings.onGone();
  }

  #restartLater(why: string): void {
    report(
      "elasticsearch-worker",
      `the worker that sends log lines to Elasticsearch has crashed and is started again: ${why}; please report this as a bug`,
    );
    setTimeout(() => this.#start(), pauseAfter(this.#crashes, restart)).unref();
    this.#crashes += 1;
  }
}
