/** Log lines as services write them, and what the pipeline makes of them. */

export type Line = Readonly<Record<string, unknown>>;

interface Case {
  readonly about: string;
  readonly line: Line;
  /** What the stored line must hold, or fields that the index must have. */
  readonly becomes: Line;
  /** Keys that must be gone. */
  readonly without?: readonly string[];
}

const time = "2026-01-02T03:04:05.678Z";
const timeMs = Date.parse(time);

/** An ECS line as the SDK writes it. */
export const ecs = {
  "log.level": "info",
  "@timestamp": time,
  "ecs.version": "9.0.0",
  "process.pid": 7,
  "host.hostname": "web-1",
  "service.name": "orders",
  "event.dataset": "orders",
  "trace.id": "4bf92f3577b34da6a3ce929d0e0e4736",
  "span.id": "00f067aa0ba902b7",
  message: "placed",
};

const pino = { level: 30, time: timeMs, pid: 7, hostname: "web-1", msg: "placed" };

export const cases: readonly Case[] = [
  {
    about: "a plain pino line becomes ECS",
    line: { ...pino, orderId: 5 },
    becomes: {
      "@timestamp": time,
      log: { level: "info" },
      process: { pid: 7 },
      host: { hostname: "web-1" },
      message: "placed",
      orderId: 5,
    },
    without: ["level", "time", "pid", "hostname", "msg"],
  },
  { about: "a line of the SDK is left as it is", line: ecs, becomes: ecs },
  {
    about: "an ECS line of another logger is left as it is",
    line: { "@timestamp": time, "log.level": "info", message: "x", "ecs.version": "8.10.0", level: 3 },
    becomes: { "@timestamp": time, "log.level": "info", message: "x", level: 3 },
  },
  {
    about: "a line of a pino that the SDK has given ids keeps them",
    line: { ...pino, "trace.id": "abc", "service.name": "orders" },
    becomes: { "trace.id": "abc", "service.name": "orders", message: "placed", log: { level: "info" } },
  },
  {
    about: "ids under the names of OpenTelemetry move to those of ECS",
    line: { ...pino, trace_id: "abc", span_id: "def", trace_flags: "01" },
    becomes: { trace: { id: "abc" }, span: { id: "def" }, trace_flags: "01" },
    without: ["trace_id", "span_id"],
  },
  {
    about: "an error of pino's serialiser becomes ECS, with what else it has",
    line: {
      ...pino,
      level: 50,
      err: { type: "TypeError", message: "boom", stack: "TypeError: boom", code: "E1", at: 3 },
    },
    becomes: {
      log: { level: "error" },
      error: { type: "TypeError", message: "boom", stack_trace: "TypeError: boom", code: "E1" },
      err: { at: 3 },
    },
  },
  {
    about: "an error that is a text stays",
    line: { ...pino, err: "boom" },
    becomes: { err: "boom", message: "placed" },
  },
  {
    about: "request, response and id of pino-http become ECS",
    line: {
      ...pino,
      req: { id: 9, method: "GET", url: "/a?b=c", headers: { host: "h" } },
      res: { statusCode: 404 },
      responseTime: 12,
    },
    becomes: {
      http: { request: { id: 9, method: "GET" }, response: { status_code: 404 } },
      url: { original: "/a?b=c" },
      req: { headers: { host: "h" } },
      responseTime: 12,
    },
  },
  {
    about: "a request id of fastify moves",
    line: { ...pino, reqId: "req-1" },
    becomes: { http: { request: { id: "req-1" } } },
  },
  {
    about: "a line of bunyan becomes ECS",
    line: { name: "shop", hostname: "h", pid: 1, level: 40, msg: "bunyan", time, v: 0 },
    becomes: { log: { level: "warn", logger: "shop" }, "@timestamp": time, message: "bunyan", v: 0 },
  },
  {
    about: "names of levels and ISO times are understood",
    line: { level: "WARN", time, msg: "x" },
    becomes: { log: { level: "warn" }, "@timestamp": time, message: "x" },
  },
  {
    about: "seconds since 1970 are understood",
    line: { ...pino, time: 1_767_323_045 },
    becomes: { "@timestamp": "2026-01-02T03:04:05Z" },
  },
  {
    about: "a pino whose message key is that of ECS is understood",
    line: { level: 30, time: timeMs, message: "x" },
    becomes: { message: "x", "@timestamp": time, log: { level: "info" } },
  },
  {
    about: "a pino line without a message is understood",
    line: { level: 30, time: timeMs, orderId: 1 },
    becomes: { orderId: 1, log: { level: "info" } },
  },
  {
    about: "a time that is none is kept beside the time of the shipper",
    line: { ...pino, "@timestamp": time, time: "soon" },
    becomes: { "@timestamp": time, labels: { time: "soon" }, message: "placed" },
  },
  {
    about: "a line that is not JSON stays a message",
    line: { "@timestamp": time, message: "listening on 3000" },
    becomes: { "@timestamp": time, message: "listening on 3000" },
  },
  { about: "a line without a time gets one", line: { message: "x" }, becomes: { message: "x" } },
  {
    about: "a level alone is somebody's field",
    line: { "@timestamp": time, level: 12, message: "dragon slain" },
    becomes: { level: 12, message: "dragon slain" },
  },
  ...[
    [5, "trace"],
    [10, "trace"],
    [19, "trace"],
    [20, "debug"],
    [30, "info"],
    [35, "info"],
    [39, "info"],
    [40, "warn"],
    [50, "error"],
    [59, "error"],
    [60, "fatal"],
    [70, "fatal"],
    [100, "fatal"],
  ].map(([level, name]) => ({
    about: `level ${level} is ${name}`,
    line: { ...pino, level },
    becomes: { log: { level: name } },
    without: ["level"],
  })),
  {
    about: "a level that is no number is kept",
    line: { ...pino, level: "notice" },
    becomes: { log: { level: "notice" } },
  },
];
