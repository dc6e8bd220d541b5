/**
 * The program of the thread that sends while the main thread waits for it. It is a text, because a bundle has no file
 * for it, and CommonJS, because hooks that a service has registered for modules would wait for the main thread.
 */
export const lastSendProgram = `
const http = require("node:http");
const https = require("node:https");
const { workerData } = require("node:worker_threads");
const { requests, answers, timeoutMs } = workerData;
const agents = [http, https].map(({ Agent }) => new Agent({ keepAlive: true, maxSockets: 4 }));
let left = requests.length;

function settle(index, status) {
  if (Atomics.compareExchange(answers, index + 1, 0, status) !== 0) return;
  left -= 1;
  if (left > 0) return;
  Atomics.store(answers, 0, 1);
  Atomics.notify(answers, 0);
}

requests.forEach(({ url, headers, tls, body }, index) => {
  try {
    const isSecure = url.startsWith("https:");
    const options = { ...tls, method: "POST", headers, agent: agents[isSecure ? 1 : 0], timeout: timeoutMs };
    const request = (isSecure ? https : http).request(url, options, (response) => {
      response.on("error", () => {}).resume();
      settle(index, response.statusCode);
    });
    request.on("error", () => settle(index, -1)).end(body);
  } catch {
    settle(index, -1);
  }
});
`;
