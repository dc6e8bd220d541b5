/** A store that is gone for a while: status tells, the rest goes on, and all is well again by itself when it is back. */
import { randomUUID } from "node:crypto";
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { HttpsClient } from "../helpers/https-client.ts";
import { waitFor } from "../helpers/wait-for.ts";
import { openBox } from "./box/box.ts";
import type { Box } from "./box/box.ts";

/** The full time is two minutes: OBSBOX_OUTAGE_SECONDS=120. */
const outageMs = Number(process.env["OBSBOX_OUTAGE_SECONDS"] ?? 20) * 1000;
const patience = 180_000;

let box: Box;
let viewer: HttpsClient;

beforeAll(async () => {
  box = await openBox();
  viewer = await box.signedIn("viewer");
}, 10 * 60_000);

afterAll(() => viewer?.close());

interface Status {
  readonly components: readonly { readonly name: string; readonly phase: string }[];
}

async function status(): Promise<{ readonly code: number | null; readonly phases: Readonly<Record<string, string>> }> {
  const { code, stdout } = await box.obsbox("status", "--json");
  const { components }: Status = JSON.parse(stdout);
  return { code, phases: Object.fromEntries(components.map(({ name, phase }) => [name, phase])) };
}

/** Each outage: what is stopped, which page still answers meanwhile, and what must hold when it is over. */
const outages = [
  { component: "elasticsearch", stillThere: "/prometheus/api/v1/query?query=up", after: linesOfTheOutageAreFound },
  { component: "jaeger", stillThere: "/prometheus/api/v1/query?query=up", after: pageAnswers("/jaeger/api/services") },
  {
    component: "prometheus",
    stillThere: "/jaeger/api/services",
    after: pageAnswers("/prometheus/api/v1/query?query=up"),
  },
] as const;

describe.each(outages)("without $component", ({ component, stillThere, after }) => {
  let line = "";

  beforeAll(async () => {
    box.compose("stop", component);
    line = writeLine();
    await sleep(outageMs);
  }, outageMs + 60_000);

  test("status names it and ends with 1, and the other pages answer", async () => {
    const { code, phases } = await status();
    expect(code).toBe(1);
    expect(phases[component]).toBe("stopped");
    expect(phases["nginx"]).toBe("healthy");
    expect((await viewer.ask(stillThere)).status).toBe(200);
  });

  test(
    "all is well again by itself when it is started, and nothing is lost",
    async () => {
      const startedAt = performance.now();
      box.compose("start", component);
      await waitFor("every component to be well", async () => (await status()).code === 0, patience);
      await waitFor("what must hold after it", () => after(line), patience);
      const seconds = Math.round((performance.now() - startedAt) / 1000);
      process.stderr.write(`${component} was away for ${outageMs / 1000} s, all well after ${seconds} s\n`);
    },
    2 * patience,
  );
});

/** A service goes on logging, whatever is away. */
function writeLine(): string {
  const id = randomUUID();
  const header = {
    "log.file.id": randomUUID(),
    message: "log file opened",
    "event.dataset": "outage",
    padding: "-".repeat(80),
  };
  const line = {
    "@timestamp": new Date().toISOString(),
    "log.level": "info",
    message: `written meanwhile ${id}`,
    "event.dataset": "outage",
  };
  const file = join(box.folder, "logs", `outage-${id}.ndjson`);
  appendFileSync(file, `${JSON.stringify(header)}\n${JSON.stringify(line)}\n`, { mode: 0o640 });
  return id;
}

function linesOfTheOutageAreFound(id: string): boolean {
  const found = box.elasticsearch<{ count?: number }>("/logs-outage-default/_count", {
    query: { match_phrase: { message: id } },
  });
  return found.count === 1;
}

function pageAnswers(path: string): (id: string) => Promise<boolean> {
  return async () => (await viewer.ask(path)).status === 200;
}
