import type { Panel } from "../model.ts";
import { place } from "./frame.ts";
import type { Described } from "./frame.ts";

/** Log lines of Elasticsearch. */
export function logs(panel: Described & { readonly query: string; readonly limit?: number }): Panel {
  return {
    ...place(panel, 24, 12),
    type: "logs",
    targets: [
      {
        source: "elasticsearch",
        query: panel.query,
        metrics: [{ id: "1", type: "logs", settings: { limit: String(panel.limit ?? 200) } }],
      },
    ],
    options: {
      showTime: true,
      showLabels: false,
      showCommonLabels: false,
      wrapLogMessage: true,
      prettifyLogMessage: false,
      enableLogDetails: true,
      sortOrder: "Descending",
      dedupStrategy: "none",
    },
  };
}
