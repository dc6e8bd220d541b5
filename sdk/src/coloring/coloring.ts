/**
 * Decides which requests are coloured: those that carry the token, that another service of ours has coloured, that come
 * from a user or go to a route on a list, or that the service colours itself. Whatever the reason, there are only so
 * many a minute.
 */
import { propagation } from "@opentelemetry/api";
import type { Context, Span } from "@opentelemetry/api";
import type { IncomingHttpHeaders } from "node:http";
import type { ColoringOptions } from "../options.ts";
import { colorBaggage, colorHeader } from "../vocabulary.ts";
import { colored, forgetColored, isColored } from "./colored.ts";
import type { LocalSpan } from "./colored.ts";
import { createColors } from "./color-span.ts";
import type { ColorCounts, Colors, ColorSource } from "./color-span.ts";
import { createColorToken } from "./color-token.ts";
import type { ColorToken } from "./color-token.ts";
import { matchRoutes } from "./routes.ts";

/** A request as it comes in. */
export interface ColorableRequest {
  readonly headers: IncomingHttpHeaders;
  readonly method: string;
  readonly path: string;
}

export interface Coloring extends ColorCounts {
  /** Colours the span of a request that asks for it; undefined where no request can ask. */
  readonly colorIncoming: ((span: Span, request: ColorableRequest) => void) | undefined;
  /** Colours the first span of a trace in this process when its baggage says so; undefined without a token. */
  readonly colorCarried: ((span: LocalSpan, context: Context) => void) | undefined;
  /** Colours the request that a span belongs to; with a user, only when that one is on the list. */
  readonly colorByCode: (span: Span, user: string | undefined) => boolean;
  /** What a coloured request hands on in its baggage; undefined for any other, and without a token. */
  readonly markOf: (span: Span | undefined) => string | undefined;
  readonly stop: () => void;
}

export function createColoring(options: ColoringOptions): Coloring {
  const colors = createColors(options.perMinute);
  colored.lowestRank = options.level === "trace" ? 10 : 20;
  const token = options.token === undefined ? undefined : createColorToken(options.token);
  const users = new Set(options.users);
  const asks = options.enabled ? asksOf(options, token, colors) : [];
  return {
    requests: colors.requests,
    refused: colors.refused,
    colorIncoming: asks.length === 0 ? undefined : (span, request) => colorAsking(span, request, asks, colors),
    colorCarried: options.enabled && token !== undefined ? carriedBy(token, colors) : undefined,
    colorByCode(span, user) {
      if (!options.enabled) return false;
      return user === undefined || users.has(user) ? colors.color(span, "code") : isColored(span);
    },
    markOf(span) {
      if (token === undefined || span === undefined || !isColored(span)) return undefined;
      return token.mark(span.spanContext().traceId);
    },
    stop: forgetColored,
  };
}

type Ask = readonly [ColorSource, (request: ColorableRequest) => boolean];

/** How a request can ask for a colour, as far as the options allow it. */
function asksOf({ users, userHeader, routes }: ColoringOptions, token: ColorToken | undefined, colors: Colors): Ask[] {
  const known = new Set(users);
  const isOnRoute = matchRoutes(routes);
  const asks: Ask[] = [];
  if (token !== undefined) asks.push(["header", ({ headers }) => hasToken(headers[colorHeader], token, colors)]);
  if (userHeader !== undefined && users.length > 0) {
    const name = userHeader.toLowerCase();
    asks.push(["user", ({ headers }) => isOneOf(known, headers[name])]);
  }
  if (routes.length > 0) asks.push(["route", ({ method, path }) => isOnRoute(method, path)]);
  return asks;
}

function colorAsking(span: Span, request: ColorableRequest, asks: readonly Ask[], colors: Colors): void {
  for (const [source, isAsking] of asks) {
    if (isAsking(request)) {
      colors.color(span, source);
      return;
    }
  }
}

function isOneOf(users: ReadonlySet<string>, given: string | readonly string[] | undefined): boolean {
  return typeof given === "string" && users.has(given);
}

function hasToken(given: string | readonly string[] | undefined, token: ColorToken, colors: Colors): boolean {
  if (given === undefined) return false;
  return (typeof given === "string" && token.isToken(given)) || colors.refuse("wrong_token");
}

/** A mark of another service, or the token itself, which is handed on as a mark. */
function carriedBy(token: ColorToken, colors: Colors): (span: LocalSpan, context: Context) => void {
  return (span, context) => {
    const given = propagation.getBaggage(context)?.getEntry(colorBaggage)?.value;
    if (given === undefined) return;
    if (token.isMark(given, span.spanContext().traceId)) colors.color(span, "mark");
    else if (token.isToken(given)) colors.color(span, "baggage");
    else colors.refuse(given.includes(".") ? "wrong_mark" : "wrong_token");
  };
}
