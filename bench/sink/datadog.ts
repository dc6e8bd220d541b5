/** The agent of Datadog: traces as MessagePack, `/v0.4/traces` a list of lists of spans, `/v0.5` with a list of strings before it. */
import type { Intake } from "./intake.ts";
import { listLength, skip } from "./message-pack.ts";

export const datadogTraces: Intake = {
  path: /^\/v0\.[45]\/traces$/,
  answer: () => '{"rate_by_service":{"service:,env:":1}}',
  countSpans(body, url) {
    let at = 0;
    if (url.startsWith("/v0.5")) at = skip(body, listLength(body, at).at);
    const traces = listLength(body, at);
    let spans = 0;
    ({ at } = traces);
    for (let trace = 0; trace < traces.length; trace++) {
      spans += listLength(body, at).length;
      at = skip(body, at);
    }
    return spans;
  },
};

/** What it says of itself, its settings from afar, and the telemetry of the library. */
export const datadogOthers: Intake = {
  path: /^\/(info|v0\.7|telemetry|profiling|debugger|dogstatsd|evp_proxy)/,
  answer: () => "{}",
};
