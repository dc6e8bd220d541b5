import type { Json, Override, Panel } from "../model.ts";
import type { Text } from "../text.ts";
import { addressOf, valueLink } from "./links.ts";
import { sourceOf, target } from "./targets.ts";

export function panel(one: Panel): Json {
  const { type, title, description, targets, unit, options, field, overrides = [], transformations, needs } = one;
  return {
    type,
    title,
    description: needs === undefined ? description : withNeeds(description, needs),
    ...(targets.length > 0 && { datasource: sourceOf(targets), targets: targets.map(target) }),
    fieldConfig: {
      defaults: {
        ...field,
        ...(unit !== undefined && { unit }),
        ...(one.emptyIsHealthy && { noValue: { en: "none", zh: "无" } }),
        ...(needs !== undefined && { noValue: needed(needs) }),
        ...(one.valueLinks && { links: one.valueLinks.map(valueLink) }),
      },
      overrides: overrides.map(override),
    },
    options,
    ...(transformations && { transformations }),
    ...(one.links && {
      links: one.links.map((link) => ({
        title: link.title,
        url: addressOf(link),
        targetBlank: link.page === undefined,
      })),
    }),
    ...(type === "timeseries" && targets.some((one) => one.source === "prometheus") && { interval: "" }),
  };
}

function withNeeds({ en, zh }: Text, needs: string | Text): Text {
  const { en: english, zh: chinese } = needed(needs);
  return { en: `${en} N${english.slice(1)}.`, zh: `${zh} ${chinese}。` };
}

/** Names are the same in all languages. */
function needed(needs: string | Text): Text {
  const { en, zh } = typeof needs === "string" ? { en: needs, zh: ` ${needs}` } : needs;
  return { en: `needs ${en}`, zh: `需要${zh}` };
}

function override({ field, properties, links }: Override): Json {
  const all = { ...properties, ...(links && { links: links.map(valueLink) }) };
  return {
    matcher: { id: "byName", options: field },
    properties: Object.entries(all).map(([id, value]) => ({ id, value })),
  };
}
