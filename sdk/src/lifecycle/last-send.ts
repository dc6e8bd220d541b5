/**
 * Sends while the process ends and nothing asynchronous happens any more: another thread sends, this one waits for it.
 * No code of the service runs meanwhile, and Node prints and exits afterwards as it would have.
 */
import { Worker } from "node:worker_threads";
import { messageOf, report } from "../diagnostics.ts";
import type { UnsentRequest } from "../traces/exporter.ts";
import { lastSendProgram } from "./last-send-worker.ts";

/**
 * Sends requests at the same time, and waits until all are answered or the deadline has passed.
 *
 * @returns How many spans were not taken.
 */
export function sendBeforeExit(requests: readonly UnsentRequest[], timeoutMs: number): number {
  const total = requests.reduce((sum, { count }) => sum + count, 0);
  if (total === 0 || timeoutMs === 0) return total;
  try {
    const newestFirst = requests.toReversed();
    const answers = sendInThread(newestFirst, timeoutMs);
    const taken = newestFirst.filter((_, index) => isSuccess(answers[index + 1] ?? 0));
    return total - taken.reduce((sum, { count }) => sum + count, 0);
  } catch (error) {
    report("last-send", `spans could not be sent at the end: ${messageOf(error)}`);
    return total;
  }
}

/** The first number turns from 0 when all is done; the status of each request follows. */
function sendInThread(requests: readonly UnsentRequest[], timeoutMs: number): Int32Array {
  const answers = new Int32Array(new SharedArrayBuffer(4 * (requests.length + 1)));
  // Flags of the service, which may load the SDK once more, are not for this thread.
  const env = { ...process.env, NODE_OPTIONS: "" };
  const workerData = { requests, answers, timeoutMs };
  const worker = new Worker(lastSendProgram, {
    eval: true,
    execArgv: [],
    env,
    workerData,
    stdout: true,
    stderr: true,
  });
  worker.on("error", () => {});
  worker.unref();
  Atomics.wait(answers, 0, 0, timeoutMs);
  return answers;
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}
