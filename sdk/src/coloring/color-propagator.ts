/** Hands the colour of a request on to the services that it calls, as a mark in its baggage. */
import { propagation, trace } from "@opentelemetry/api";
import type { Baggage, Context, TextMapPropagator } from "@opentelemetry/api";
import { colorBaggage } from "../vocabulary.ts";
import type { Coloring } from "./coloring.ts";

/**
 * Makes a propagator of baggage that writes the mark of coloured requests. Whatever else came in under that name, a
 * token for instance, is not handed on.
 */
export function carryColor(baggage: TextMapPropagator, markOf: Coloring["markOf"]): TextMapPropagator {
  return {
    inject: (context, carrier, setter) => baggage.inject(withMark(context, markOf), carrier, setter),
    extract: (context, carrier, getter) => baggage.extract(context, carrier, getter),
    fields: () => baggage.fields(),
  };
}

function withMark(context: Context, markOf: Coloring["markOf"]): Context {
  const entries = propagation.getBaggage(context);
  const mark = markOf(trace.getSpan(context));
  if (mark !== undefined) return propagation.setBaggage(context, markedFirst(mark, entries));
  if (entries?.getEntry(colorBaggage) === undefined) return context;
  return propagation.setBaggage(context, entries.removeEntry(colorBaggage));
}

/** Baggage that is too long loses what stands last. */
function markedFirst(mark: string, others: Baggage | undefined): Baggage {
  const entries = Object.fromEntries(others?.removeEntry(colorBaggage).getAllEntries() ?? []);
  return propagation.createBaggage({ [colorBaggage]: { value: mark }, ...entries });
}
