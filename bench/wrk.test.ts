import { expect, test } from "vitest";
import { readReport } from "./wrk.ts";

const report = `Running 1s test @ http://127.0.0.1:8080/hello
  1 threads and 32 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     2.31ms    1.02ms  21.94ms   90.80%
    Req/Sec    14.09k     1.11k   15.60k    70.00%
  14021 requests in 1.00s, 3.12MB read
Requests/sec:  14018.64
Transfer/sec:      3.12MB
`;

test("requests and their rate are read from the report", () => {
  expect(readReport(report)).toEqual({ requests: 14_021, requestsPerSecond: 14_018.64 });
});

test.each([
  ["errors of the service", `${report}  Non-2xx or 3xx responses: 7\n`, "Non-2xx or 3xx responses: 7"],
  ["broken connections", `${report}  Socket errors: connect 0, read 3, write 0, timeout 0\n`, "read 3"],
  ["no request at all", "unable to connect", "counted no requests"],
])("%s are no result", (_, text, message) => {
  expect(() => readReport(text)).toThrow(message);
});
