/** Puts the index templates of spans in place. */
import { declare } from "../declared.ts";
import { indexTemplate } from "../logs/apply.ts";
import { inOrder } from "../step.ts";
import type { Outcome, SetupContext } from "../step.ts";
import { jaegerTemplates } from "./templates.ts";

export function applyJaegerTemplates({ elasticsearch }: SetupContext): Promise<Outcome> {
  return inOrder(Object.entries(jaegerTemplates), ([name, body]) => declare(elasticsearch, indexTemplate(name, body)));
}
