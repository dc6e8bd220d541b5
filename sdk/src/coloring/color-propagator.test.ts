import { propagation, ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { W3CBaggagePropagator } from "@opentelemetry/core";
import { expect, test } from "vitest";
import { carryColor } from "./color-propagator.ts";

const spanContext = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331", traceFlags: 1 };

function sent(mark: string | undefined, entries: Record<string, string>): string | undefined {
  const baggage = propagation.createBaggage(
    Object.fromEntries(Object.entries(entries).map(([key, value]) => [key, { value }])),
  );
  const context = propagation.setBaggage(trace.setSpanContext(ROOT_CONTEXT, spanContext), baggage);
  const carrier: Record<string, string> = {};
  const setter = { set: (to: Record<string, string>, key: string, value: string) => void (to[key] = value) };
  carryColor(new W3CBaggagePropagator(), () => mark).inject(context, carrier, setter);
  return carrier["baggage"];
}

test("a coloured request hands on its mark beside what was there", () => {
  expect(sent("k.1", { tenant: "a" })).toBe("obsbox.color=k.1,tenant=a");
  expect(sent("k.1", {})).toBe("obsbox.color=k.1");
});

test("the mark takes the place of a token that came in", () => {
  expect(sent("k.1", { "obsbox.color": "the token itself", tenant: "a" })).toBe("obsbox.color=k.1,tenant=a");
});

test("what came in is not handed on when the request is not coloured", () => {
  expect(sent(undefined, { "obsbox.color": "the token itself", tenant: "a" })).toBe("tenant=a");
  expect(sent(undefined, { "obsbox.color": "the token itself" })).toBeUndefined();
});

test("the mark arrives however much a stranger has filled in", () => {
  const full = Object.fromEntries(Array.from({ length: 180 }, (_, index) => [`k${index}`, "v".repeat(40)]));
  expect(sent("k.1", full)).toMatch(/^obsbox\.color=k\.1,k0=/);
});
