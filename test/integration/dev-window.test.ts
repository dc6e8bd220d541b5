import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { root, startCommand } from "../helpers/run-program.ts";
import { otlpSpan, startBox, traces } from "../helpers/start-box.ts";
import type { Box } from "../helpers/start-box.ts";
import { waitFor } from "../helpers/wait-for.ts";

interface Status {
  readonly isPaused: boolean;
  readonly trouble?: string;
  readonly memoryOnly?: string;
  readonly spans: number;
  readonly dropped: number;
  readonly bytes: number;
}

interface Found {
  readonly traces: readonly { readonly traceId: string; readonly operation: string }[];
}

const minute = 60_000_000_000n;

describe("the window", () => {
  test("goes into a file and comes back from it as it was", async () => {
    await using box = await startBox();
    await sendOrder(box);
    const before = await contentOf(box);
    const file = await (await fetch(`${box.url}/api/window`)).text();
    for (const line of file.trimEnd().split("\n")) expect(Object.keys(JSON.parse(line))).toHaveLength(1);

    await using other = await startBox();
    const loaded = await other.post("/api/window", file);
    expect(await loaded.json()).toMatchObject({ isPaused: true });
    expect(await contentOf(other)).toEqual(before);
    expect(await (await fetch(`${other.url}/api/window`)).text()).toBe(file);
  });

  test("that is no window is refused by the line", async () => {
    await using box = await startBox();
    const response = await box.post("/api/window", '{"resourceSpans":[]}\n{"hello":1}\n');
    expect([response.status, await response.text()]).toEqual([
      400,
      expect.stringContaining("line 2 is not of a saved window"),
    ]);
  });

  test("takes nothing while it is paused, and is empty when it has been cleared", async () => {
    await using box = await startBox();
    await box.send("traces", traces([otlpSpan({ name: "before" })]));
    await box.post("/api/pause");
    await box.send("traces", traces([otlpSpan({ name: "meanwhile" })]));
    await box.post("/api/resume");
    await box.send("traces", traces([otlpSpan({ name: "after" })]));
    const found = await box.get<Found>("/api/traces");
    expect(found.traces.map(({ operation }) => operation)).toEqual(["after", "before"]);
    await box.post("/api/clear");
    expect((await box.get<Found>("/api/traces")).traces).toEqual([]);
    expect(await box.get("/api/services")).toEqual([]);
  });

  test("of another version of the box is thrown away", async () => {
    const folder = await mkdtemp(join(tmpdir(), "obsbox-version-"));
    const database = new DatabaseSync(join(folder, "window.sqlite"));
    database.exec("CREATE TABLE spans (id); CREATE TABLE other (id); PRAGMA user_version = 999");
    database.close();
    await using box = await startBox({ options: ["--data", folder] });
    await box.send("traces", traces([otlpSpan({ name: "new" })]));
    expect((await box.get<Found>("/api/traces")).traces).toHaveLength(1);
  });

  test("is there again after a restart", async () => {
    const folder = await mkdtemp(join(tmpdir(), "obsbox-again-"));
    {
      await using box = await startBox({ options: ["--data", folder] });
      await box.send("traces", traces([otlpSpan({ name: "kept" })]));
      expect(await box.program.end("SIGTERM")).toBe(0);
    }
    await using again = await startBox({ options: ["--data", folder] });
    expect((await again.get<Found>("/api/traces")).traces).toHaveLength(1);
  });

  test("forgets what is too old", async () => {
    await using box = await startBox({ options: ["--retention", "5m"] });
    const old = BigInt(Date.now()) * 1_000_000n - 10n * minute;
    const times = { startTimeUnixNano: String(old), endTimeUnixNano: String(old + 1n) };
    await box.send("traces", traces([otlpSpan({ name: "old", ...times }), otlpSpan({ name: "new" })]));
    await waitFor("the old one to go", async () => {
      const found = await box.get<Found>("/api/traces?minutes=100");
      return found.traces.length === 1 && found.traces[0]?.operation === "new";
    });
  });

  test("stays within its size, and keeps what came last", async () => {
    await using box = await startBox({ options: ["--retention", "4MiB"] });
    const large = [{ key: "large", value: { stringValue: "x".repeat(2000) } }];
    for (let batch = 0; batch < 40; batch++) {
      await box.send("traces", traces(Array.from({ length: 100 }, () => otlpSpan({ attributes: large }))));
    }
    await box.send("traces", traces([otlpSpan({ name: "last" })]));
    const { bytes } = await waitFor("the window to shrink", async () => {
      const status = await box.get<Status>("/api/status");
      return status.bytes <= 4 * 1024 ** 2 && status;
    });
    expect(bytes).toBeGreaterThan(1024 ** 2);
    expect((await box.get<Found>("/api/traces?operation=last")).traces).toHaveLength(1);
  });
});

describe("a folder that cannot be written to", () => {
  test("leaves the window in memory, and says so once and on the page", async () => {
    const file = join(await mkdtemp(join(tmpdir(), "obsbox-file-")), "file");
    await writeFile(file, "");
    await using box = await startBox({ options: ["--data", file] });
    await box.send("traces", traces([otlpSpan()]));
    expect((await box.get<Status>("/api/status")).memoryOnly).toContain(file);
    expect((await box.get<Found>("/api/traces")).traces).toHaveLength(1);
    expect(box.program.stderr().match(/kept in memory only/g)).toHaveLength(1);
  });

  test("that another box uses is told apart", async () => {
    const folder = await mkdtemp(join(tmpdir(), "obsbox-shared-"));
    await using _first = await startBox({ options: ["--data", folder] });
    await using second = await startBox({ options: ["--data", folder] });
    expect((await second.get<Status>("/api/status")).memoryOnly).toMatch(/locked/);
  });

  test.skipIf(process.platform === "win32")(
    "when it is full, stops storing, says so once, counts, and goes on answering",
    async () => {
      const folder = await mkdtemp(join(tmpdir(), "obsbox-full-"));
      // No file may grow beyond four megabytes: as on a full disk, writing fails.
      const script = `ulimit -f 8192; exec "$0" "$@"`;
      const cli = [
        process.execPath,
        join(root, "cli/main.ts"),
        "dev",
        "--port",
        "0",
        "--otlp-port",
        "0",
        "--data",
        folder,
      ];
      await using program = startCommand("sh", ["-c", script, ...cli]);
      const [url, otlpUrl] = await waitFor("the box", () =>
        /page (\S+) {2}OTLP (\S+)/.exec(program.stderr())?.slice(1),
      );
      const large = [{ key: "large", value: { stringValue: "x".repeat(5000) } }];
      const status = await waitFor("the trouble", async () => {
        const body = JSON.stringify(traces(Array.from({ length: 100 }, () => otlpSpan({ attributes: large }))));
        const response = await fetch(`${otlpUrl}/v1/traces`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body,
        });
        expect(response.status).toBe(200);
        const told = (await (await fetch(`${url}/api/status`)).json()) as Status;
        return told.trouble !== undefined && told;
      });
      expect(status.dropped).toBeGreaterThan(0);
      expect(((await (await fetch(`${url}/api/traces`)).json()) as Found).traces.length).toBeGreaterThan(0);
      expect(program.stderr().match(/nothing is stored any more/g)).toHaveLength(1);
    },
  );
});

/** A trace of two spans, a log line in it, a metric. */
async function sendOrder(box: Box): Promise<void> {
  const traceId = "d".repeat(32);
  const root = otlpSpan({
    traceId,
    spanId: "1".repeat(16),
    name: "POST /orders",
    attributes: [
      { key: "text", value: { stringValue: "a" } },
      { key: "whole", value: { intValue: "7" } },
      { key: "part", value: { doubleValue: 0.5 } },
      { key: "yes", value: { boolValue: true } },
      { key: "list", value: { arrayValue: { values: [{ stringValue: "b" }, { intValue: "1" }] } } },
    ],
    events: [{ name: "exception", timeUnixNano: String(BigInt(Date.now()) * 1_000_000n), attributes: [] }],
    status: { code: 2, message: "broken" },
  });
  const child = otlpSpan({ traceId, spanId: "2".repeat(16), parentSpanId: "1".repeat(16), kind: 3, name: "POST" });
  await box.send("traces", traces([root, child], "orders"));
  const resource = { attributes: [{ key: "service.name", value: { stringValue: "orders" } }] };
  const timeUnixNano = String(BigInt(Date.now()) * 1_000_000n);
  const record = {
    timeUnixNano,
    severityNumber: 13,
    body: { stringValue: "careful" },
    traceId,
    spanId: "1".repeat(16),
  };
  await box.send("logs", { resourceLogs: [{ resource, scopeLogs: [{ logRecords: [record] }] }] });
  const histogram = {
    aggregationTemporality: 2,
    dataPoints: [
      {
        timeUnixNano,
        count: "3",
        sum: 1.5,
        bucketCounts: ["1", "2", "0"],
        explicitBounds: [0.1, 1],
        exemplars: [{ timeUnixNano, asDouble: 0.05, traceId, spanId: "1".repeat(16) }],
      },
    ],
  };
  await box.send("metrics", {
    resourceMetrics: [{ resource, scopeMetrics: [{ metrics: [{ name: "work", unit: "s", histogram }] }] }],
  });
}

async function contentOf(box: Box): Promise<object> {
  const [trace, logs, families, chart] = await Promise.all([
    box.get<object>(`/api/traces/${"d".repeat(32)}`),
    box.get<object>("/api/logs"),
    box.get<object>("/api/metrics"),
    box.get<{ exemplars: object }>("/api/metrics/work_seconds?fromUs=0"),
  ]);
  return { trace, logs, families, exemplars: chart.exemplars };
}
