/**
 * Gives every pino logger of the process, ours and the service's own, the fields of the service and the ids of the
 * active span: pino tells through a diagnostics channel when it makes a line, and for the time of that one line its
 * bindings are longer. No mixin, no wrapped stream.
 */
import { trace } from "@opentelemetry/api";
import type { Span } from "@opentelemetry/api";
import { tracingChannel } from "node:diagnostics_channel";
import { isColored } from "../coloring/colored.ts";
import { guard } from "../diagnostics.ts";
import type { Service } from "../resource.ts";
import { logFields } from "../vocabulary.ts";
import { datasetOf } from "./dataset.ts";
import { encodeEventId, eventIdStart } from "./event-id.ts";
import { isEcsLogger } from "./logger.ts";
import { hideInBindings, hideInLine } from "./pino-redaction.ts";

/** What pino publishes; the level is the third argument of the call. */
interface LineMessage {
  readonly instance: Record<PropertyKey, unknown> & {
    readonly levels?: { readonly labels: Readonly<Record<number, string>> };
  };
  readonly arguments: ArrayLike<unknown>;
  [bindingsBefore]?: unknown;
}

const bindingsBefore = Symbol("obsbox.bindings");

/** Writes the fields of the service, as they stand in the middle of a line. */
export function encodeService({ name, version, environment, instanceId }: Service): string {
  const fields = {
    [logFields.serviceName]: name,
    [logFields.serviceVersion]: version,
    [logFields.serviceEnvironment]: environment,
    [logFields.serviceNodeName]: instanceId,
    [logFields.eventDataset]: datasetOf(name),
  };
  return `,${JSON.stringify(fields).slice(1, -1)}`;
}

/** Writes the ids of a span, as they stand in the middle of a line. */
export function encodeSpan(span: Span): string {
  const { traceId, spanId, traceFlags } = span.spanContext();
  const ids = `,"${logFields.traceId}":"${traceId}","${logFields.spanId}":"${spanId}"`;
  if (isColored(span)) return `${ids},"${logFields.colored}":true`;
  // While a span is recorded and not sampled, it is not decided yet.
  return (traceFlags & 1) === 1 || span.isRecording() ? ids : `${ids},"labels.trace_sampled":false`;
}

/**
 * Starts adding the fields.
 *
 * @param countRecord - Told the level of each line.
 * @returns What stops it.
 */
export function bindPino(serviceFields: string, countRecord: (level: string) => void): () => void {
  const subscribers = {
    start: guard("pino bindings", (message: unknown) => {
      if (isLine(message)) addFields(message, serviceFields, countRecord);
    }),
    end: guard("pino bindings", (message: unknown) => {
      if (isLine(message)) removeFields(message);
    }),
  };
  const { start, end } = tracingChannel("pino_asJson");
  start.subscribe(subscribers.start);
  end.subscribe(subscribers.end);
  return () => {
    start.unsubscribe(subscribers.start);
    end.unsubscribe(subscribers.end);
  };
}

function addFields(message: LineMessage, serviceFields: string, countRecord: (level: string) => void): void {
  const { instance } = message;
  countRecord(instance.levels?.labels[Number(message.arguments[2])] ?? "other");
  const key = bindingsKey(instance);
  const before = key === undefined ? undefined : instance[key];
  if (key === undefined || typeof before !== "string") return;
  message[bindingsBefore] = before;
  const own = before.includes(eventIdStart) ? withoutLineFields(before, serviceFields) : before;
  const span = trace.getActiveSpan();
  if (isEcsLogger(instance)) {
    instance[key] = own + serviceFields + encodeEventId() + (span === undefined ? "" : encodeSpan(span));
    return;
  }
  const fields = message.arguments[0];
  hideInLine(instance, fields);
  const { shown, has } = bindingsOf(instance, own);
  const service = has.service || isField(fields, logFields.serviceName) ? "" : serviceFields;
  const id = has.id || isField(fields, logFields.eventId) ? "" : encodeEventId();
  const ids = span === undefined || has.trace || isField(fields, logFields.traceId) ? "" : encodeSpan(span);
  instance[key] = shown + service + id + ids;
}

/** Encoded bindings of a logger of the service. A key that stands twice in a line makes stores refuse it. */
interface Bindings {
  readonly own: string;
  /** Without secrets. */
  readonly shown: string;
  readonly has: { readonly service: boolean; readonly id: boolean; readonly trace: boolean };
}

const knownBindings = new WeakMap<object, Bindings>();

/** Looked through once, as long as they are the same. */
function bindingsOf(instance: LineMessage["instance"], own: string): Bindings {
  const known = knownBindings.get(instance);
  if (known?.own === own) return known;
  const holds = (name: string) => own.includes(`"${name}"`);
  const has = { service: holds(logFields.serviceName), id: holds(logFields.eventId), trace: holds(logFields.traceId) };
  const bindings = { own, shown: hideInBindings(own), has };
  knownBindings.set(instance, bindings);
  return bindings;
}

function isField(fields: unknown, name: string): boolean {
  return typeof fields === "object" && fields !== null && name in fields;
}

function removeFields(message: LineMessage): void {
  const before = message[bindingsBefore];
  const key = bindingsKey(message.instance);
  if (before !== undefined && key !== undefined) message.instance[key] = before;
}

/** What belongs to one line and follows the fields of the service. */
const idsOfLine = new RegExp(
  `${eventIdStart.replaceAll(".", "\\.")}\\d+"` +
    `(?:,"trace\\.id":"[0-9a-f]+","span\\.id":"[0-9a-f]+"(?:,"[a-z_.]+":(?:true|false))?)?`,
  "g",
);

/** A line that is logged, or a child that is made, while another line is: by a getter or a `toJSON()`. */
function withoutLineFields(bindings: string, serviceFields: string): string {
  return bindings.replaceAll(idsOfLine, "").replaceAll(serviceFields, "");
}

const knownKeys = new WeakMap<object, symbol>();

/** The symbol under which this copy of pino keeps the bindings, encoded; each copy has its own. */
function bindingsKey(instance: object): symbol | undefined {
  const prototype: object = Object.getPrototypeOf(instance) ?? instance;
  const known = knownKeys.get(prototype);
  if (known !== undefined) return known;
  const key = Object.getOwnPropertySymbols(instance).find((symbol) => symbol.description === "pino.chindings");
  if (key !== undefined) knownKeys.set(prototype, key);
  return key;
}

function isLine(message: unknown): message is LineMessage {
  return typeof message === "object" && message !== null && "instance" in message && "arguments" in message;
}
