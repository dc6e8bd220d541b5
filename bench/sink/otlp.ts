/** OTLP over HTTP: spans are counted, metrics and log records only taken. */
import { decode } from "../../stack/embedded/otlp/decode.ts";
import { tracesRequest } from "../../stack/embedded/otlp/schema.ts";
import { list } from "./intake.ts";
import type { Intake } from "./intake.ts";

export const otlpTraces: Intake = {
  path: /^\/v1\/traces$/,
  answer: () => "",
  countSpans(body) {
    const groups = list(decode(body, tracesRequest)["resourceSpans"]);
    const scopes = groups.flatMap((group) => list(group["scopeSpans"]));
    return scopes.reduce((sum, scope) => sum + list(scope["spans"]).length, 0);
  },
};

export const otlpOthers: Intake = { path: /^\/v1\/(metrics|logs)$/, answer: () => "" };
