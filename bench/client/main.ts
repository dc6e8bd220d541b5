/** The client in a process of its own, so that what the sink does never delays it: URL, requests per second, seconds. */
import { steadyLoad } from "./steady.ts";

const [url = "", requestsPerSecond, seconds] = process.argv.slice(2);
const latency = await steadyLoad({
  url: new URL(url),
  requestsPerSecond: Number(requestsPerSecond),
  seconds: Number(seconds),
});
console.log(JSON.stringify(latency));
