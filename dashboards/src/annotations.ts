/** Marks on the time axis: what has changed when. */
import { metrics } from "@obsbox/sdk/vocabulary";
import type { Annotation } from "./model.ts";
import { labels, nameOf } from "./promql.ts";

const started = (selector: string) => `${nameOf(metrics.processStartTime)}{${selector}}`;

/** Grafana draws what was before at the edge. */
const withinRange = "> $__from";

/** The first process of a version: its start is the deployment. Nothing has to be told by a pipeline. */
export function deployments(selector: string): Annotation {
  return {
    name: { en: "Deployments", zh: "部署" },
    expr: `1000 * min by (${labels.service}, ${labels.version}) (${started(selector)}) ${withinRange}`,
    title: `{{${labels.service}}} {{${labels.version}}}`,
    text: "",
    color: "blue",
    valueIsTime: true,
  };
}

/** Later starts of processes of the same version: restarts, and instances that came on top. */
export function restarts(selector: string): Annotation {
  const first = `min by (${labels.service}, ${labels.version}) (${started(selector)})`;
  return {
    name: { en: "Starts of processes", zh: "进程启动" },
    expr: `1000 * (${started(selector)} > on (${labels.service}, ${labels.version}) group_left () (${first} + 60)) ${withinRange}`,
    title: "{{instance}}",
    text: "",
    color: "orange",
    valueIsTime: true,
  };
}
