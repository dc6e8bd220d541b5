/** Who calls whom, from the metrics of calls: of all of them, not of those that were sampled. */
import type { Link, Panel } from "./model.ts";
import { callMap } from "./panels/index.ts";
import { calls, labels, sumRate } from "./promql.ts";
import type { Text } from "./text.ts";

const { service, serverAddress: address, serverPort: port } = labels;
const byEdge = [service, address, port];

/** Addresses that say nothing without the port. */
const nameless = "((?:localhost|[0-9.]+|.*:.*):[0-9]+)";

interface Map {
  readonly title: Text;
  readonly description: Text;
  /** Of calls: each call that one of them selects is an arrow. */
  readonly selectors: readonly string[];
  readonly links?: readonly Link[];
}

export function mapOfCalls({ selectors, ...panel }: Map): Panel {
  const arrows = (value: (selector: string) => string) => selectors.map((one) => withEnds(value(one))).join(" or ");
  return callMap({
    ...panel,
    main: arrows((selector) => sumRate(calls.count(selector), byEdge)),
    second: arrows((selector) => `100 * ${calls.failedShare(selector, byEdge)}`),
  });
}

/** Adds the labels that a map is drawn from: the caller, and whom it calls. */
function withEnds(expr: string): string {
  const named = `label_join(${expr}, "peer", ":", "${address}", "${port}")`;
  const byAddress = `label_replace(${named}, "target", "$1", "${address}", "(.+)")`;
  const byPort = `label_replace(${byAddress}, "target", "$1", "peer", "${nameless}")`;
  return `label_join(label_replace(${byPort}, "source", "$1", "${service}", "(.+)"), "id", " ", "source", "target")`;
}
