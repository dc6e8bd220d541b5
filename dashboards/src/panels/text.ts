import type { Panel } from "../model.ts";
import type { Text } from "../text.ts";
import { place } from "./frame.ts";
import type { Described } from "./frame.ts";

/** Text with links; Markdown. */
export function text(panel: Described & { readonly content: Text }): Panel {
  return { ...place(panel, 24, 5), type: "text", targets: [], options: { mode: "markdown", content: panel.content } };
}
