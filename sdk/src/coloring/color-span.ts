/** Gives a request its colour, within the limits, and counts what was coloured and what was not. */
import type { Span } from "@opentelemetry/api";
import { report } from "../diagnostics.ts";
import { attributes } from "../vocabulary.ts";
import { addColored, colored, isLocal, maxColored } from "./colored.ts";
import { createRateLimit } from "../rate-limit.ts";

/**
 * What has coloured a request, and whose share of the limit it takes: anybody can go to a route on the list, and must
 * not use up what is there for those who know the token.
 */
const sources = {
  header: "token",
  baggage: "token",
  mark: "mark",
  user: "service",
  route: "service",
  code: "service",
} as const;
export type ColorSource = keyof typeof sources;

/** Why one that asked for it was not coloured, and what to do about it. */
const refusals = {
  wrong_token: "a request with a wrong token in x-obsbox-color or obsbox.color was not coloured",
  wrong_mark:
    "a mark in obsbox.color is none of ours or has expired, and was not followed; " +
    "give all services the same OBSBOX_COLOR_TOKEN",
  rate: "more requests asked for a colour than are coloured in a minute; raise OBSBOX_COLOR_PER_MINUTE",
  open: "too many coloured requests are open; a colour was refused",
} as const;
export type ColorRefusal = keyof typeof refusals;

export interface ColorCounts {
  readonly requests: ReadonlyMap<ColorSource, number>;
  readonly refused: ReadonlyMap<ColorRefusal, number>;
}

export interface Colors extends ColorCounts {
  /** @returns Whether the request that the span belongs to is coloured now. */
  color(span: Span, source: ColorSource): boolean;
  /** Counts one that is not coloured, and says why. */
  refuse(refusal: ColorRefusal): false;
}

/** One coloured request may ask another service several times, and that one several more. */
const carriedForEach = 20;
const minuteMs = 60_000;

export function createColors(perMinute: number): Colors {
  const requests = new Map<ColorSource, number>();
  for (const source of ["header", "baggage", "mark", "user", "route", "code"] as const) requests.set(source, 0);
  const refused = new Map<ColorRefusal, number>([
    ["wrong_token", 0],
    ["wrong_mark", 0],
    ["rate", 0],
    ["open", 0],
  ]);
  const limits = {
    token: createRateLimit(perMinute, minuteMs),
    service: createRateLimit(perMinute, minuteMs),
    mark: createRateLimit(perMinute * carriedForEach, minuteMs),
  };
  const refuse = (refusal: ColorRefusal) => {
    refused.set(refusal, (refused.get(refusal) ?? 0) + 1);
    report(`color-${refusal.replace("_", "-")}`, refusals[refusal]);
    return false as const;
  };
  return {
    requests,
    refused,
    refuse,
    color(span, source) {
      if (!isLocal(span)) return false;
      if (span.localRoot.isColored) return true;
      if (colored.count >= maxColored) return refuse("open");
      if (!limits[sources[source]]()) return refuse("rate");
      addColored(span.localRoot);
      for (const one of new Set([span.localRoot, span])) {
        one.keep();
        one.setAttribute(attributes.colored, true);
      }
      requests.set(source, (requests.get(source) ?? 0) + 1);
      return true;
    },
  };
}
