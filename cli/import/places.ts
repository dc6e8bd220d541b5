/** Where the parts of a box stand in somebody else's set-up, for links from one to another. */
import type { Option } from "../command.ts";
import { UserError } from "../errors.ts";
import { isObject } from "../../stack/companion/elasticsearch/json.ts";
import type { Model } from "./naming/dashboard.ts";
import type { Rule } from "./naming/rules.ts";

const parts = ["grafana", "kibana", "jaeger", "prometheus", "alertmanager"] as const;

/** Address of a part, by its name. */
export type Places = ReadonlyMap<string, string>;

export const placesOption: Option = {
  value: "PART=URL",
  about: `Where links lead, for instance kibana=https://...; PART is ${parts.join(", ")}`,
  many: true,
};

/** @throws UserError for what is no part, or no address. */
export function readPlaces(given: readonly string[]): Places {
  return new Map(
    given.map((one) => {
      const [part = "", address = ""] = one.split(/=(.*)/s);
      const isGood = parts.some((known) => known === part) && /^https?:\/\/\S+$/.test(address);
      if (isGood) return [part, address.replace(/\/+$/, "")];
      throw new UserError(`--at ${one}`, {
        hint: `expected PART=URL, with PART one of ${parts.join(", ")}`,
        exitCode: 2,
      });
    }),
  );
}

/** In dashboards, steps up lead out of Grafana to the other parts of a box. */
const outOfGrafana = /(?:\.\.\/)+([a-z]+)(?=[/?#]|$)/g;

/**
 * Leads the links of a dashboard to where the parts are. A link to a part that is nowhere is left out: it would lead to
 * a page that is not there.
 */
export function placeDashboard(model: Model, places: Places): Model {
  return placeObject(model, places);
}

function placeObject(value: Model, places: Places): Model {
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, place(one, places)]));
}

function place(value: unknown, places: Places): unknown {
  if (Array.isArray(value)) return value.filter((one) => leadsSomewhere(one, places)).map((one) => place(one, places));
  if (isObject(value)) return placeObject(value, places);
  if (typeof value !== "string" || !value.includes("../")) return value;
  return value.replace(outOfGrafana, (found, part: string) => places.get(part) ?? found);
}

function leadsSomewhere(value: unknown, places: Places): boolean {
  if (!isObject(value) || typeof value["url"] !== "string" || !value["url"].startsWith("../")) return true;
  const [, part = ""] = new RegExp(outOfGrafana.source).exec(value["url"]) ?? [];
  return places.has(part);
}

/** In alerts, paths begin at the root of a box: `/grafana/d/...`. Those of parts that are nowhere stay as they are. */
export function placeRule(rule: Rule, places: Places): Rule {
  const annotations = rule["annotations"];
  if (!isObject(annotations)) return rule;
  const placed = Object.entries(annotations).map(([name, text]) => [
    name,
    name.endsWith("_path") && typeof text === "string"
      ? text.replace(/^\/([a-z]+)(?=\/)/, (found, part: string) => places.get(part) ?? found)
      : text,
  ]);
  return { ...rule, annotations: Object.fromEntries(placed) };
}
