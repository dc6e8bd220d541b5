/** Baggage without secrets: it travels with every request that the service makes, to strangers too. */
import { propagation } from "@opentelemetry/api";
import type { BaggageEntry, Context, TextMapPropagator } from "@opentelemetry/api";
import { W3CBaggagePropagator } from "@opentelemetry/core";
import { report } from "../diagnostics.ts";
import { isHidden, kindOfKey, redactText } from "../redaction/index.ts";

/** Makes the propagator of W3C baggage that leaves out entries which are, or hold, secrets, and says so. */
export function createBaggagePropagator(): TextMapPropagator {
  const w3c = new W3CBaggagePropagator();
  return {
    inject: (context, carrier, setter) => w3c.inject(withoutSecrets(context), carrier, setter),
    extract: (context, carrier, getter) => w3c.extract(context, carrier, getter),
    fields: () => w3c.fields(),
  };
}

function withoutSecrets(context: Context): Context {
  const baggage = propagation.getBaggage(context);
  const secret = baggage?.getAllEntries().filter(isSecret) ?? [];
  if (baggage === undefined || secret.length === 0) return context;
  const names = secret.map(([key]) => key);
  report("baggage-secret", `baggage ${names.join(", ")} holds a secret and is not sent on; keep it out of the baggage`);
  return propagation.setBaggage(context, baggage.removeEntries(...names));
}

function isSecret([key, { value, metadata }]: [string, BaggageEntry]): boolean {
  const text = metadata === undefined ? value : `${value};${metadata.toString()}`;
  return isHidden(kindOfKey(key), value) || redactText(text) !== text;
}
