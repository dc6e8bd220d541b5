/** `obsbox doctor --prometheus`, against a real Prometheus that scrapes a service with names of another kind. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { Server } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freePort } from "../helpers/free-port.ts";
import { runCli } from "../helpers/run-cli.ts";
import { startPrometheus } from "../helpers/start-prometheus.ts";
import { waitFor } from "../helpers/wait-for.ts";

/** As the exporter of OpenTelemetry JS writes it, with the name of the service in a label `app`. */
const scrape = `# TYPE http_server_request_duration histogram
http_server_request_duration_bucket{app="shop",http_request_method="GET",le="+Inf"} 1
http_server_request_duration_count{app="shop",http_request_method="GET"} 1
http_server_request_duration_sum{app="shop",http_request_method="GET"} 1
# TYPE nodejs_eventloop_utilization gauge
nodejs_eventloop_utilization{app="shop"} 0.1
# TYPE target_info gauge
target_info{app="shop"} 1
`;

interface Examination {
  readonly server: string;
  readonly metrics: number;
  readonly pages: readonly { kind: string; name: string; count: number; empty: { title: string }[] }[];
  readonly advice: readonly { what: string; remedy: string; panels: number; alerts: number; missing: string[] }[];
}

let service: Server | undefined;
let target = "";
beforeAll(async () => {
  service = createServer((_request, response) => response.end(scrape)).listen(0, "127.0.0.1");
  await once(service, "listening");
  const address = service.address();
  target = `127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
});
afterAll(() => void service?.close());

test("it says what is missing and what to do, and less of it once names are mapped", async (context) => {
  await using prometheus = await startPrometheus(context, { scrapes: [target] });
  await waitFor("the first scrape", async () =>
    JSON.stringify(await prometheus.ask("/api/v1/query?query=target_info")).includes("shop"),
  );
  const examine = async (...more: readonly string[]): Promise<Examination> => {
    const { code, stdout, stderr } = await runCli(["doctor", "--prometheus", prometheus.url, "--json", ...more]);
    expect([code, stderr]).toEqual([0, ""]);
    return JSON.parse(stdout);
  };
  const before = await examine();
  expect(before.server).toBe(`Prometheus ${/\d+\.\d+\S*/.exec(before.server)?.[0]} at ${prometheus.url}`);
  expect(before.metrics).toBeGreaterThan(5);
  const find = ({ advice }: Examination, what: RegExp) => advice.find((one) => what.test(one.what));
  expect(find(before, /no units in their names/)).toMatchObject({
    remedy: "import with --dialect otel-exporter",
    missing: expect.arrayContaining([
      "http_server_request_duration_seconds_bucket (there: http_server_request_duration_bucket)",
    ]),
  });
  expect(find(before, /without the label service_name/)?.remedy).toBe(
    "if app says it there, import with --map service_name=app",
  );
  expect(find(before, /metrics of node_exporter are not there/)?.alerts).toBeGreaterThan(0);

  const after = await examine("--dialect", "otel-exporter", "--map", "service_name=app");
  expect([find(after, /no units/), find(after, /without the label service_name/)]).toEqual([undefined, undefined]);
  const emptyAlerts = ({ pages }: Examination, name: string) => pages.find((page) => page.name === name)?.empty ?? [];
  expect(emptyAlerts(after, "runtime").length).toBeLessThan(emptyAlerts(before, "runtime").length);

  const { stdout } = await runCli(["doctor", "--prometheus", prometheus.url]);
  expect(stdout).toMatch(
    /^ {2}ALERTS +ALERTS +CAN FIRE +NEVER FIRE +FIRE AT ONCE\n(?: {2}[\w-]+ +\d+ +\d+ +\d+ +\d+\n)+/m,
  );
  expect(stdout).toMatch(
    /^ {2}! metrics of node_exporter are not there: \d+ panels, \d+ alerts\n {4}run it on every host/m,
  );
});

test("where nobody answers it says so, and the exit code is 1", async () => {
  const { code, stdout, stderr } = await runCli(["doctor", "--prometheus", `http://127.0.0.1:${await freePort()}`]);
  expect([code, stdout]).toEqual([1, ""]);
  expect(stderr).toMatch(/^obsbox: Prometheus at \S+ cannot be reached: nothing listens there \(ECONNREFUSED\)\n/);
});
