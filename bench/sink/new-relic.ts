/** The least of New Relic's collector: an agent may connect, and hands in what it sampled every 5 seconds. */
import { list } from "./intake.ts";
import type { Intake } from "./intake.ts";

const perMinute = 12;
/** The agent's own limits for a minute, 2,000 spans, in the parts that the collector asks for. */
const connected = {
  agent_run_id: "1",
  span_event_harvest_config: { report_period_ms: 5000, harvest_limit: Math.floor(2000 / perMinute) },
};

const returns: Readonly<Record<string, unknown>> = { preconnect: {}, connect: connected, agent_settings: {} };

export const newRelicCollector: Intake = {
  path: /^\/agent_listener\/invoke_raw_method/,
  answer: (url) => JSON.stringify({ return_value: returns[methodOf(url)] ?? null }),
  countSpans: (body, url) =>
    methodOf(url) === "span_event_data" ? list(list(JSON.parse(body.toString()))[2]).length : 0,
};

function methodOf(url: string): string {
  return new URL(url, "http://collector").searchParams.get("method") ?? "";
}
