/** What is brought into a Kibana: the data view and the dashboards, over the indices and fields that there are. */
import { bodyOf } from "../../../dashboards/src/kibana/body.ts";
import { pages } from "../../../dashboards/src/kibana/dashboards.ts";
import { fields } from "../../../dashboards/src/kibana/fields.ts";
import { idOf } from "../../../dashboards/src/kibana/page.ts";
import { logsView } from "../../../dashboards/src/kibana/panels.ts";
import { languages } from "../../../dashboards/src/text.ts";
import type { Language } from "../../../dashboards/src/text.ts";
import type { JsonObject } from "../../../stack/companion/elasticsearch/json.ts";
import type { Dashboard } from "../../../stack/companion/setup/kibana/dashboards.ts";
import type { DataView } from "../../../stack/companion/setup/kibana/objects.ts";
import { UserError } from "../../errors.ts";
import type { Places } from "../places.ts";

export interface Choice {
  readonly language: string | undefined;
  /** Pattern of the indices with log lines. */
  readonly index: string;
  /** `OURS=THEIRS` */
  readonly fields: readonly string[];
  readonly places: Places;
  /** Path of Kibana's pages in the space, for links from one to another. */
  readonly kibanaPath: string;
}

export interface Objects {
  readonly view: DataView;
  readonly dashboards: readonly Dashboard[];
}

/** @throws UserError for a language, an index or a field that is none. */
export function objectsFor(choice: Choice): Objects {
  const language = languageOf(choice.language);
  const names = readFields(choice.fields);
  const nameOf = (field: string) => names.get(field) ?? field;
  const places = { kibana: choice.kibanaPath, grafana: choice.places.get("grafana") };
  return {
    view: viewOf(choice, nameOf),
    dashboards: pages.map((page) => ({ id: idOf(page), body: bodyOf(page, language, { places, nameOf }) })),
  };
}

function languageOf(given: string | undefined): Language {
  const language = languages.find((known) => known === given);
  if (language !== undefined) return language;
  const hint = `expected one of ${languages.join(", ")}`;
  throw new UserError(`--language: there is no ${JSON.stringify(given ?? "")}`, { hint, exitCode: 2 });
}

function viewOf({ index, places }: Choice, nameOf: (field: string) => string): DataView {
  if (!/^[^\s"\\<>|?#A-Z]+$/.test(index)) {
    const hint = "expected a pattern of indices, for instance logs-*; several with commas between";
    throw new UserError(`--index: ${JSON.stringify(index)} is none`, { hint, exitCode: 2 });
  }
  const duration: JsonObject = { inputFormat: "nanoseconds", outputFormat: "asMilliseconds", outputPrecision: 2 };
  const jaeger = places.get("jaeger");
  const trace: JsonObject =
    jaeger === undefined
      ? {}
      : {
          [nameOf(fields.traceId)]: {
            id: "url",
            params: { urlTemplate: `${jaeger}/trace/{{value}}`, labelTemplate: "{{value}}" },
          },
        };
  const body: JsonObject = {
    name: "obsbox logs",
    title: index,
    timeFieldName: nameOf(fields.timestamp),
    fieldFormats: { ...trace, [nameOf(fields.eventDuration)]: { id: "duration", params: duration } },
  };
  return { id: logsView, body, earlier: [] };
}

const known: ReadonlySet<string> = new Set(Object.values(fields));

/** @returns Fields of ours, each with the name that it has there. */
function readFields(given: readonly string[]): ReadonlyMap<string, string> {
  const pairs = given.map((one) => {
    const [ours = "", theirs = "", ...rest] = one.split("=");
    if (known.has(ours) && /^[\w@][\w@.-]*$/.test(theirs) && rest.length === 0) return [ours, theirs] as const;
    const hint = known.has(ours)
      ? "expected OURS=THEIRS, for instance service.name=app"
      : `expected one of ${[...known].toSorted().join(", ")}`;
    throw new UserError(`--field ${one}: ${known.has(ours) ? "is no pair of names" : `there is no field ${ours}`}`, {
      hint,
      exitCode: 2,
    });
  });
  return new Map(pairs);
}
