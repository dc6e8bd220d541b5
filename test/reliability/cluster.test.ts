import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseExposition } from "../../stack/embedded/scrape/parse.ts";
import type { MetricSample } from "../../stack/embedded/records.ts";
import { freePort } from "../helpers/free-port.ts";
import { register, startProgram } from "../helpers/run-program.ts";
import type { Program } from "../helpers/run-program.ts";
import { adminUrl, openMetricsType, samplesOf } from "../helpers/scrape.ts";
import { startPm2 } from "../helpers/start-pm2.ts";
import { waitFor } from "../helpers/wait-for.ts";

const scrapes = 100;

/** Every series of which the type says that it only grows, with its value. */
function countsIn(text: string): Map<string, number> {
  const families = parseExposition(text).filter(({ type }) => type === "counter" || type === "histogram");
  return new Map(families.flatMap(({ samples }) => samples.map((sample) => [nameOf(sample), sample.value])));
}

function nameOf({ name, labels }: MetricSample): string {
  return `${name}${JSON.stringify(labels)}`;
}

/** Values that are lower than before, and series that are gone. */
function stepsBack(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): string[] {
  return [...before].flatMap(([name, value]) => {
    const next = after.get(name);
    return next !== undefined && next >= value ? [] : [`${name}: ${value} -> ${next}`];
  });
}

async function scrapeAt(url: string): Promise<string> {
  const response = await fetch(`${url}/metrics`, { headers: { accept: openMetricsType } });
  if (response.status !== 200) throw new Error(`a scrape was answered ${response.status}: ${await response.text()}`);
  return response.text();
}

/** Sends requests, one after the other, until it is stopped; gives the number of those that were answered. */
function startLoad(base: string): () => Promise<number> {
  const load = { isOn: true };
  let answered = 0;
  const run = async () => {
    while (load.isOn) {
      const signal = AbortSignal.timeout(2000);
      const response = await fetch(`${base}/work`, { signal }).catch(() => undefined); // Its worker may be killed meanwhile.
      if ((await response?.text().catch(() => undefined)) !== undefined) answered += 1;
    }
  };
  const running = [run(), run()];
  return async () => {
    load.isOn = false;
    await Promise.all(running);
    return answered;
  };
}

/** Asks until every worker has answered. */
async function workersOf(base: string, count: number, path = "/"): Promise<number[]> {
  const pids = new Set<number>();
  await waitFor(`an answer of ${count} workers`, async () => {
    const response = await fetch(base + path, { headers: { connection: "close" } });
    return pids.add(Number(await response.text())).size >= count;
  });
  return [...pids];
}

async function valueAt(url: string, name: string): Promise<number> {
  const samples = parseExposition(await scrapeAt(url)).flatMap((family) => family.samples);
  return samplesOf(samples, name).reduce((sum, { value }) => sum + value, 0);
}

/**
 * Compares the counts of 100 scrapes, and of more until the end; a scrape that comes while nobody holds the port is
 * tried again.
 */
async function watchCounts(
  url: string,
  between: (scrape: number) => Promise<void>,
  hasEnded: () => boolean = () => true,
): Promise<string[]> {
  const wrong: string[] = [];
  let before = countsIn(await scrapeAt(url));
  for (let scrape = 1; scrape < scrapes || !hasEnded(); scrape++) {
    await between(scrape);
    const after = countsIn(await waitFor("a scrape", () => scrapeAt(url)));
    wrong.push(...stepsBack(before, after));
    before = after;
  }
  return wrong;
}

async function leaderAt(url: string): Promise<number> {
  const status = await waitFor("the status of the leader", async () => {
    const response = await fetch(`${url}/statusz`);
    return response.json() as Promise<{
      readonly cluster?: { readonly leaderPid: number; readonly processes: number };
    }>;
  });
  return status.cluster?.leaderPid ?? 0;
}

describe("node:cluster", () => {
  test("four workers under load, one killed again and again: no counter steps back in 100 scrapes", async () => {
    await using program = startProgram("cluster-app.mjs", { flags: register });
    const base = `http://127.0.0.1:${await program.port()}`;
    const url = await adminUrl(program);
    await workersOf(base, 4);
    const stop = startLoad(base);
    const wrong = await watchCounts(url, async (scrape) => {
      if (scrape % 25 === 10) process.kill((await workersOf(base, 1))[0] ?? 0, "SIGKILL");
    });
    const answered = await stop();
    expect(wrong).toEqual([]);
    expect(answered).toBeGreaterThan(100);
    // What a killed worker counted after the last scrape is lost with it, as with any process.
    await waitFor("nearly all jobs", async () => (await valueAt(url, "jobs_done_total")) > answered * 0.9);
  });

  test("the SDK in the workers only: when the leader is killed another one leads, and no counter steps back", async () => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const env = { WORKER_FLAGS: register.join(" "), OTEL_EXPORTER_PROMETHEUS_PORT: String(port) };
    await using program = startProgram("cluster-app.mjs", { env });
    const base = `http://127.0.0.1:${await program.port()}`;
    await workersOf(base, 4);
    await waitFor("the port", () => scrapeAt(url));
    const stop = startLoad(base);
    const leaders = new Set<number>();
    const wrong = await watchCounts(url, async (scrape) => {
      if (scrape % 25 !== 10) return;
      const leader = await leaderAt(url);
      leaders.add(leader);
      process.kill(leader, "SIGKILL");
    });
    await stop();
    expect(wrong).toEqual([]);
    expect(leaders.size).toBe(4);
    expect(leaders.has(program.child.pid ?? 0)).toBe(false);
  });
});

test("the crash of the leader itself is counted by the next one", async () => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const env = { WORKER_FLAGS: register.join(" "), WORKERS: "1", OTEL_EXPORTER_PROMETHEUS_PORT: String(port) };
  await using program = startProgram("cluster-app.mjs", { env });
  const base = `http://127.0.0.1:${await program.port()}`;
  await waitFor("the port", () => scrapeAt(url));
  await fetch(`${base}/throw`);
  await waitFor("the crash", async () => (await valueAt(url, "obsbox_uncaught_exceptions_total")) === 1);
});

describe("a cluster's endpoint", () => {
  let program: Program;
  let base: string;
  let url: string;

  beforeAll(async () => {
    const env = { OBSBOX_ADMIN_TOKEN: "s3cret", PORT: String(await freePort()) };
    program = startProgram("cluster-app.mjs", { flags: register, env });
    base = `http://127.0.0.1:${await program.port()}`;
    url = await adminUrl(program);
    await workersOf(base, 4);
  });
  afterAll(() => program[Symbol.asyncDispose]());

  test("adds up gauges, or takes the largest, smallest or mean, as each metric says", async () => {
    expect(await valueAt(url, "cache_size")).toBe(40);
    expect(await valueAt(url, "shared_depth")).toBe(7);
    expect(await valueAt(url, "nodejs_version_info")).toBe(1);
    expect(await valueAt(url, "target_info")).toBe(1);
    expect(await valueAt(url, "nodejs_eventloop_utilization_ratio")).toBeLessThanOrEqual(1);
    // Five processes of some 50 MB each.
    expect(await valueAt(url, "process_resident_memory_bytes")).toBeGreaterThan(150e6);
  });

  test("says who there is, and changes the level of all", async () => {
    const status = (await (await fetch(`${url}/statusz`)).json()) as { readonly processes: Record<string, object> };
    expect(status).toMatchObject({ cluster: { role: "leader", leaderPid: program.child.pid, processes: 5 } });
    const pids = await workersOf(base, 4);
    expect(Object.keys(status.processes).toSorted()).toEqual(pids.map((pid) => `process ${pid}`).toSorted());
    const headers = { authorization: "Bearer s3cret" };
    expect((await fetch(`${url}/loglevel`, { method: "PUT", body: "debug", headers })).status).toBe(200);
    await workersOf(base, 4, "/log");
    await waitFor("a debug line of each", () => {
      const lines = program.lines().filter(({ message }) => message === "a debug line");
      return new Set(lines.map((line) => line["process.pid"])).size === 4;
    });
  });

  test("waits a second for a worker that computes, once, and shows its last values", async () => {
    const before = countsIn(await scrapeAt(url));
    await fetch(`${base}/freeze?ms=4000`);
    const took: number[] = [];
    const wrong: string[] = [];
    for (let scrape = 0; scrape < 3; scrape++) {
      const began = performance.now();
      wrong.push(...stepsBack(before, countsIn(await scrapeAt(url))));
      took.push(performance.now() - began);
    }
    expect(wrong).toEqual([]);
    expect(took[0]).toBeGreaterThan(900);
    expect(took[1]).toBeLessThan(900);
    expect(took[2]).toBeLessThan(900);
    expect(program.stderr()).toMatch(/process \d+ has not told its metrics within 1000 ms; its last values are shown/);
    const ready = await fetch(`${url}/readyz`);
    expect(ready.status).toBe(200);
    expect(await ready.text()).toContain("no answer");
  });

  test("counts the crash of a worker that nobody has asked since", async () => {
    await fetch(`${base}/throw`);
    await waitFor("the crash", async () => (await valueAt(url, "obsbox_uncaught_exceptions_total")) === 1);
  });

  test("counts everything of a worker that ends by itself", async () => {
    const done = await valueAt(url, "jobs_done_total");
    for (let job = 0; job < 20; job++) await fetch(`${base}/work`, { headers: { connection: "close" } });
    const before = await workersOf(base, 4);
    for (let worker = 0; worker < 4; worker++) await fetch(`${base}/exit`, { headers: { connection: "close" } });
    await waitFor("four others", async () => {
      const now = await workersOf(base, 4);
      return now.every((pid) => !before.includes(pid));
    });
    expect(await valueAt(url, "jobs_done_total")).toBe(done + 20);
    await waitFor("the books of the leader", async () => {
      const samples = parseExposition(await scrapeAt(url)).flatMap((family) => family.samples);
      const closed = samplesOf(samples, "obsbox_cluster_ended_total").find(
        ({ labels }) => labels["reason"] === "closed",
      );
      return closed?.value === 4 && samplesOf(samples, "obsbox_cluster_processes")[0]?.value === 5;
    });
  });
});

describe("prom-client in the same cluster, for comparison", () => {
  test("aggregated by the primary, it forgets what killed workers have counted", async () => {
    await using program = startProgram("prom-client-cluster.cjs", { args: ["aggregated"] });
    const base = `http://127.0.0.1:${await program.port()}`;
    const url = `http://127.0.0.1:${/^metrics (\d+)$/m.exec(program.stdout())?.[1]}`;
    await workersOf(base, 4);
    const stop = startLoad(base);
    await watchCounts(url, async (scrape) => {
      if (scrape % 25 === 10) process.kill((await workersOf(base, 1))[0] ?? 0, "SIGKILL");
    });
    const answered = await stop();
    expect(await valueAt(url, "jobs_done_total")).toBeLessThan(answered * 0.9);
  });

  test("on a port that the workers share, counters step back from scrape to scrape", async () => {
    await using program = startProgram("prom-client-cluster.cjs", { args: ["shared"] });
    const base = `http://127.0.0.1:${await program.port()}`;
    await workersOf(base, 4);
    const stop = startLoad(base);
    const wrong = await watchCounts(base, async () => {});
    await stop();
    expect(wrong.length).toBeGreaterThan(10);
  });
});

describe("PM2 in cluster mode", () => {
  test("one port for four workers; the leader killed, then all reloaded: no counter steps back in 100 scrapes", async () => {
    const [port, adminPort] = [await freePort(), await freePort()];
    const base = `http://127.0.0.1:${port}`;
    const url = `http://127.0.0.1:${adminPort}`;
    await using pm2 = await startPm2({ PORT: String(port), OTEL_EXPORTER_PROMETHEUS_PORT: String(adminPort) });
    await pm2.run("start", "test/fixtures/pm2-app.mjs", "-i", "4", "--node-args", register.join(" "));
    await waitFor("an answer", () => fetch(base));
    await workersOf(base, 4);
    await waitFor("the port", () => scrapeAt(url));
    const stop = startLoad(base);
    const leaders = new Set<number>();
    let reloads = 0;
    const killOrReload = async (scrape: number) => {
      if (scrape === 60) void pm2.run("reload", "all").then(() => (reloads += 1));
      if (scrape !== 20 && scrape !== 40) return;
      const leader = await leaderAt(url);
      leaders.add(leader);
      process.kill(leader, "SIGKILL");
    };
    const wrong = await watchCounts(url, killOrReload, () => reloads === 1);
    const answered = await stop();
    expect(wrong).toEqual([]);
    expect(leaders.size).toBe(2);
    expect(leaders.has(await leaderAt(url))).toBe(false);
    expect(await valueAt(url, "jobs_done_total")).toBeGreaterThan(answered * 0.8);
    // Lines go where PM2 keeps those of the service.
    await waitFor("access lines", async () => (await pm2.output("pm2-app")).includes('"event.action":"http-request"'));
  });
});
