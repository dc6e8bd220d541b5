import { context, ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { emptyResource } from "@opentelemetry/resources";
import { AlwaysOffSampler } from "@opentelemetry/sdk-trace";
import pino from "pino";
import type { Logger, LoggerOptions } from "pino";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { addColored, colored, forgetColored, isLocal } from "../coloring/colored.ts";
import { createTracerProvider } from "../traces/provider.ts";
import { openPrototypeToColors, openToColors } from "./below-level.ts";

beforeAll(() => void context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()));
afterAll(() => context.disable());
afterEach(() => {
  forgetColored();
  colored.lowestRank = 20;
});

const limits = { attributeCount: 128, attributeLength: 1000 };
const tracer = createTracerProvider({
  resource: emptyResource(),
  sampler: new AlwaysOffSampler(),
  limits,
  processor: undefined,
}).getTracer("test");

function inRequest(isColored: boolean, fn: () => void): void {
  const span = tracer.startSpan("request", { root: true });
  if (isColored && isLocal(span)) addColored(span.localRoot);
  context.with(trace.setSpan(ROOT_CONTEXT, span), fn);
}

function written(options: LoggerOptions, say: (logger: Logger) => void): unknown[] {
  const lines: string[] = [];
  const logger = pino(options, { write: (line: string) => void lines.push(line) });
  openToColors(logger, pino.symbols.setLevelSym);
  logger.level = options.level ?? "info";
  say(logger);
  return lines.map((line) => JSON.parse(line).msg);
}

describe("below its level a logger writes", () => {
  test("what a coloured request says, and nothing that others say beside it", () => {
    const lines = written({ base: null }, (logger) => {
      inRequest(true, () => {
        logger.debug("coloured");
        inRequest(false, () => logger.debug("another"));
        logger.child({ a: 1 }).debug({ b: 2 }, "%s", "a child");
      });
      logger.debug("outside");
      logger.info("as always");
    });
    expect(lines).toEqual(["coloured", "a child", "as always"]);
  });

  test("down to the level of coloured requests", () => {
    const say = (logger: Logger) =>
      inRequest(true, () => {
        logger.trace("trace");
        logger.debug("debug");
      });
    expect(written({}, say)).toEqual(["debug"]);
    colored.lowestRank = 10;
    expect(written({}, say)).toEqual(["trace", "debug"]);
  });

  test("also through children with a level of their own, before and after it changes", () => {
    const lines = written({ level: "error" }, (logger) => {
      const child = logger.child({}, { level: "fatal" });
      inRequest(true, () => child.warn("first"));
      child.level = "error";
      inRequest(true, () => child.debug("second"));
      inRequest(false, () => child.warn("not"));
    });
    expect(lines).toEqual(["first", "second"]);
  });

  test("nothing when it is silent", () => {
    expect(written({ level: "silent" }, (logger) => inRequest(true, () => logger.error("no")))).toEqual([]);
  });
});

test("while no request is coloured pino's own empty function stands below the level", () => {
  written({}, (logger) => {
    const child = logger.child({}, { level: "error" });
    const own = () => [logger.trace, logger.debug, child.debug, child.warn].map((method) => method === logger.silent);
    const all = [true, true, true, true];
    expect(own()).toEqual(all);
    inRequest(true, () => expect(own()).toEqual(all.map(() => false)));
    forgetColored();
    expect(own()).toEqual(all);
    expect(logger.info).not.toBe(logger.silent);
  });
});

test("a method that the service has put there itself stays", () => {
  written({}, (logger) => {
    const mine = () => {};
    logger.debug = mine;
    inRequest(true, () => expect(logger.debug).toBe(mine));
  });
});

test("a level that is asked for is enabled in a coloured request, and stays what it was", () => {
  written({}, (logger) => {
    const heard: string[] = [];
    logger.on("level-change", (level) => heard.push(level));
    inRequest(true, () => {
      logger.debug("a line");
      expect([logger.isLevelEnabled("debug"), logger.isLevelEnabled("trace"), logger.level]).toEqual([
        true,
        false,
        "info",
      ]);
    });
    inRequest(false, () => expect(logger.isLevelEnabled("debug")).toBe(false));
    expect(heard).toEqual([]);
  });
});

test("hooks, mixins and custom levels of a logger go on", () => {
  const calls: unknown[] = [];
  const options: LoggerOptions = {
    customLevels: { audit: 35 },
    mixin: () => ({ mixed: true }),
    hooks: {
      logMethod(args, method, level) {
        calls.push(level);
        method.apply(this, args);
      },
    },
  };
  expect(written(options, (logger) => inRequest(true, () => logger.debug("hooked")))).toEqual(["hooked"]);
  expect(calls).toEqual([20]);
});

test("a method that was taken off its logger does nothing, as the empty one", () => {
  written({}, (logger) => {
    const { debug } = logger;
    inRequest(true, () => expect(() => Reflect.apply(debug, undefined, ["x"])).not.toThrow());
  });
});

test("all loggers of a copy of pino are opened by their prototype, until that ends", () => {
  const stop = openPrototypeToColors(pino({ level: "silent" }));
  const lines: string[] = [];
  const make = () => pino({ level: "warn" }, { write: (line: string) => void lines.push(JSON.parse(line).msg) });
  const logger = make();
  inRequest(true, () => logger.info("opened"));
  openPrototypeToColors(logger)(); // Once is enough, and the first one's end counts.
  inRequest(true, () => make().info("still"));
  stop();
  inRequest(true, () => make().info("closed"));
  expect(lines).toEqual(["opened", "still"]);
});
