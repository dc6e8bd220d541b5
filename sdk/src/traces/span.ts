/**
 * A span that is recorded. It behaves as OpenTelemetry's own, and is read by the same processors and exporters; what
 * is different is the cost: attributes are checked once, and most of them by their type alone.
 *
 * @see https://opentelemetry.io/docs/specs/otel/trace/sdk/
 */
import { diag, SpanStatusCode } from "@opentelemetry/api";
import type {
  Attributes,
  AttributeValue,
  Exception,
  HrTime,
  Link,
  Span,
  SpanContext,
  SpanKind,
  SpanStatus,
  TimeInput,
} from "@opentelemetry/api";
import {
  cleanAttributes,
  cleanSimpleAttributes,
  hrTimeDuration,
  isTimeInput,
  millisToHrTime,
  timeInputToHrTime,
} from "@opentelemetry/core";
import type { InstrumentationScope } from "@opentelemetry/core";
import type { Resource } from "@opentelemetry/resources";
import type { ReadableSpan, SpanProcessor, TimedEvent } from "@opentelemetry/sdk-trace";
import { epochMs } from "../clock.ts";

export interface SpanLimits {
  readonly attributeCount: number;
  /** Characters of one text. */
  readonly attributeLength: number;
}

/** Events and links of one span, and attributes of one of them. */
const maxParts = 128;

/** What all spans of a tracer have in common. */
export interface SpanOwner {
  readonly resource: Resource;
  readonly scope: InstrumentationScope;
  readonly limits: SpanLimits;
  readonly processor: SpanProcessor | undefined;
}

/** What a span begins with. */
export interface SpanBeginning {
  readonly name: string;
  readonly kind: SpanKind;
  readonly context: SpanContext;
  readonly parent: SpanContext | undefined;
  readonly startTime: TimeInput | undefined;
  readonly attributes: Attributes;
}

export class RecordingSpan implements Span, ReadableSpan {
  name: string;
  readonly kind: SpanKind;
  readonly parentSpanContext?: SpanContext;
  readonly startTime: HrTime;
  endTime: HrTime = [0, 0];
  duration: HrTime = [-1, -1];
  ended = false;
  status: SpanStatus = { code: SpanStatusCode.UNSET };
  readonly attributes: Attributes = {};
  readonly events: TimedEvent[] = [];
  readonly links: Link[] = [];
  droppedAttributesCount = 0;
  droppedEventsCount = 0;
  droppedLinksCount = 0;
  readonly #owner: SpanOwner;
  readonly #context: SpanContext;
  #attributeCount = 0;

  constructor(owner: SpanOwner, { name, kind, context, parent, startTime, attributes }: SpanBeginning) {
    this.#owner = owner;
    this.#context = context;
    if (parent !== undefined) this.parentSpanContext = parent;
    this.name = name;
    this.kind = kind;
    this.startTime = toHrTime(startTime);
    for (const key of Object.keys(attributes)) {
      if (!this.#addAttribute(key, attributes[key])) this.droppedAttributesCount += 1;
    }
  }

  get resource(): Resource {
    return this.#owner.resource;
  }

  get instrumentationScope(): InstrumentationScope {
    return this.#owner.scope;
  }

  spanContext(): SpanContext {
    return this.#context;
  }

  isRecording(): boolean {
    return !this.ended;
  }

  setAttribute(key: string, value: AttributeValue): this {
    if (this.#mayChange()) this.#addAttribute(key, value);
    return this;
  }

  setAttributes(attributes: Attributes): this {
    if (!this.#mayChange()) return this;
    for (const key of Object.keys(attributes)) this.#addAttribute(key, attributes[key]);
    return this;
  }

  addEvent(name: string, attributesOrTime?: Attributes | TimeInput, time?: TimeInput): this {
    if (!this.#mayChange()) return this;
    const [attributes, at] = isTimeInput(attributesOrTime)
      ? [undefined, isTimeInput(time) ? time : attributesOrTime]
      : [attributesOrTime, time];
    if (this.events.length >= maxParts) {
      this.events.shift();
      this.droppedEventsCount += 1;
    }
    this.events.push({ name, time: toHrTime(at), ...cleanSimpleAttributes(attributes, this.#partLimits()) });
    return this;
  }

  addLink({ context, attributes }: Link): this {
    if (!this.#mayChange()) return this;
    if (this.links.length >= maxParts) {
      this.links.shift();
      this.droppedLinksCount += 1;
    }
    this.links.push({ context, ...cleanAttributes(attributes, this.#partLimits()) });
    return this;
  }

  addLinks(links: Link[]): this {
    for (const link of links) this.addLink(link);
    return this;
  }

  setStatus({ code, message }: SpanStatus): this {
    const isFinal = code === SpanStatusCode.UNSET || this.status.code === SpanStatusCode.OK;
    if (!this.#mayChange() || isFinal) return this;
    const keepsMessage = code === SpanStatusCode.ERROR && typeof message === "string";
    this.status = keepsMessage ? { code, message } : { code };
    return this;
  }

  updateName(name: string): this {
    if (this.#mayChange()) this.name = name;
    return this;
  }

  recordException(exception: Exception, time?: TimeInput): void {
    const attributes = describeException(exception);
    if (Object.keys(attributes).length > 0) this.addEvent("exception", attributes, time);
    else diag.warn("an exception without type and message is not recorded");
  }

  end(time?: TimeInput): void {
    if (!this.#mayChange()) return;
    this.endTime = toHrTime(time);
    this.duration = hrTimeDuration(this.startTime, this.endTime);
    if (this.duration[0] < 0) {
      this.endTime = this.startTime;
      this.duration = [0, 0];
    }
    const { processor } = this.#owner;
    processor?.onEnding?.(this);
    this.ended = true;
    processor?.onEnd(this);
  }

  #mayChange(): boolean {
    if (this.ended) diag.warn(`span "${this.name}" has ended: what is done to it has no effect`);
    return !this.ended;
  }

  /** @returns Whether it was one; a value that is undefined is taken for none given. */
  #addAttribute(key: string, value: AttributeValue): boolean {
    if (value === undefined) return true;
    if (key === "") return false;
    const { attributeCount, attributeLength } = this.#owner.limits;
    const isNew = !Object.hasOwn(this.attributes, key);
    if (isNew && this.#attributeCount >= attributeCount) {
      this.droppedAttributesCount += 1;
      return true;
    }
    const kept = keptValue(value, attributeLength);
    if (kept === undefined) return false;
    this.attributes[key] = kept;
    if (isNew) this.#attributeCount += 1;
    return true;
  }

  #partLimits() {
    return { attributeCountLimit: maxParts, attributeValueLengthLimit: this.#owner.limits.attributeLength };
  }
}

/** Gives the value as it is kept; undefined for what is no value of an attribute. */
function keptValue(value: AttributeValue, maxLength: number): AttributeValue {
  switch (typeof value) {
    case "string":
      return value.length > maxLength ? value.slice(0, maxLength) : value;
    case "number":
    case "boolean":
      return value;
    default: {
      const limits = { attributeCountLimit: 1, attributeValueLengthLimit: maxLength };
      return cleanAttributes({ value }, limits).attributes?.["value"];
    }
  }
}

/** @see https://opentelemetry.io/docs/specs/semconv/exceptions/exceptions-spans/ */
function describeException(exception: Exception): Attributes {
  const { code, name, message, stack } = typeof exception === "string" ? toException(exception) : exception;
  const attributes: Attributes = {};
  const type = code === undefined || code === "" || code === 0 ? name : String(code);
  if (type) attributes["exception.type"] = type;
  if (message) attributes["exception.message"] = message;
  if (stack && (type || message)) attributes["exception.stacktrace"] = stack;
  return attributes;
}

function toException(message: string): { message: string; name?: string; code?: string; stack?: string } {
  return { message };
}

function toHrTime(time: TimeInput | undefined): HrTime {
  return isTimeInput(time) ? timeInputToHrTime(time) : millisToHrTime(epochMs());
}
