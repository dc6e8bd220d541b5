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
  SpanContext,
  SpanKind,
  SpanStatus,
  TimeInput,
} from "@opentelemetry/api";
import { cleanAttributes, cleanSimpleAttributes, hrTimeDuration } from "@opentelemetry/core";
import type { InstrumentationScope } from "@opentelemetry/core";
import type { Resource } from "@opentelemetry/resources";
import type { ReadableSpan, SpanProcessor, TimedEvent } from "@opentelemetry/sdk-trace";
import { messageOf } from "../diagnostics.ts";
import { isIndexed } from "../indexed.ts";
import type { LocalRoot } from "../coloring/colored.ts";
import { kindOfKey, redactAttributes, redactText } from "../redaction/index.ts";
import type { KeyKind } from "../redaction/index.ts";
import { attributes as names } from "../vocabulary.ts";
import { isLink, isTime, keptValue, nameOf, readException, readStatus, refuse, toHrTime } from "./span-parts.ts";

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
  /** That of its parent, when the parent is a span of this process. */
  readonly localRoot?: LocalRoot | undefined;
  readonly startTime: TimeInput | undefined;
  readonly attributes: Attributes;
}

/** The flag of a trace that is kept, as others hear of it. */
const sampledFlag = 1;

export class RecordingSpan implements LocalRoot, ReadableSpan {
  name: string;
  readonly kind: SpanKind;
  readonly parentSpanContext?: SpanContext;
  /** The first span of its trace in this process, which stands for the request or job as a whole. */
  readonly localRoot: LocalRoot;
  isColored = false;
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

  constructor(owner: SpanOwner, { name, kind, context, parent, localRoot, startTime, attributes }: SpanBeginning) {
    this.#owner = owner;
    this.#context = context;
    this.localRoot = localRoot ?? this;
    if (parent !== undefined) this.parentSpanContext = parent;
    this.name = typeof name === "string" ? name : messageOf(name);
    this.kind = kind;
    this.startTime = toHrTime(startTime);
    this.#addAttributes(attributes, true);
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

  keep(): void {
    this.#context.traceFlags |= sampledFlag;
  }

  setAttribute(key: string, value: AttributeValue): this {
    if (!this.#mayChange()) return this;
    try {
      this.#addAttribute(key, value);
    } catch (error) {
      refuse(error);
    }
    return this;
  }

  setAttributes(attributes: Attributes): this {
    if (this.#mayChange()) this.#addAttributes(attributes, false);
    return this;
  }

  addEvent(name: string, attributesOrTime?: Attributes | TimeInput, time?: TimeInput): this {
    if (!this.#mayChange()) return this;
    const [attributes, at] = isTime(attributesOrTime)
      ? [undefined, isTime(time) ? time : attributesOrTime]
      : [attributesOrTime, time];
    if (this.events.length >= maxParts) {
      this.events.shift();
      this.droppedEventsCount += 1;
    }
    this.events.push({ name: nameOf(name), time: toHrTime(at), ...this.#cleaned(cleanSimpleAttributes, attributes) });
    return this;
  }

  addLink(link: Link): this {
    if (!this.#mayChange() || !isLink(link)) return this;
    if (this.links.length >= maxParts) {
      this.links.shift();
      this.droppedLinksCount += 1;
    }
    this.links.push({ context: link.context, ...this.#cleaned(cleanAttributes, link.attributes) });
    return this;
  }

  addLinks(links: Link[]): this {
    try {
      for (const link of links) this.addLink(link);
    } catch (error) {
      refuse(error);
    }
    return this;
  }

  setStatus(status: SpanStatus): this {
    const { code, message } = readStatus(status);
    const isFinal =
      (code !== SpanStatusCode.OK && code !== SpanStatusCode.ERROR) || this.status.code === SpanStatusCode.OK;
    if (isFinal || !this.#mayChange()) return this;
    const keepsMessage = code === SpanStatusCode.ERROR && typeof message === "string";
    this.status = keepsMessage ? { code, message: redactText(message) } : { code };
    return this;
  }

  updateName(name: string): this {
    if (this.#mayChange() && typeof name === "string") this.name = name;
    return this;
  }

  recordException(exception: Exception, time?: TimeInput): void {
    const attributes = readException(exception);
    if (Object.keys(attributes).length > 0) this.addEvent("exception", attributes, time);
    else diag.warn("an exception without type and message is not recorded");
  }

  end(time?: TimeInput): void {
    if (!this.#mayChange()) return;
    this.name = redactText(this.name);
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

  #addAttributes(attributes: Attributes, isBeginning: boolean): void {
    try {
      if (typeof attributes !== "object" || isIndexed(attributes)) return;
      for (const key of Object.keys(attributes)) {
        if (!this.#addAttribute(key, attributes[key]) && isBeginning) this.droppedAttributesCount += 1;
      }
    } catch (error) {
      refuse(error);
    }
  }

  /** @returns Whether it was one; a value that is undefined is taken for none given. */
  #addAttribute(key: string, value: AttributeValue): boolean {
    if (value === undefined) return true;
    if (typeof key !== "string" || key === "") return false;
    const kind = this.#kindOf(key);
    if (kind === "refused") return false;
    const { attributeCount, attributeLength } = this.#owner.limits;
    const isNew = !Object.hasOwn(this.attributes, key);
    if (isNew && this.#attributeCount >= attributeCount) {
      this.droppedAttributesCount += 1;
      return true;
    }
    const kept = keptValue(kind, value, attributeLength);
    if (kept === undefined) return false;
    this.attributes[key] = kept;
    if (isNew) this.#attributeCount += 1;
    return true;
  }

  #kindOf(key: string): KeyKind {
    const kind = kindOfKey(key);
    const hasNames = kind === "statement" && this.attributes[names.dbSystemName] === "postgresql";
    return hasNames ? "statementWithNames" : kind;
  }

  /** Attributes of an event or a link. */
  #cleaned(clean: typeof cleanAttributes, given: Attributes | undefined): Cleaned {
    const limits = { attributeCountLimit: maxParts, attributeValueLengthLimit: this.#owner.limits.attributeLength };
    try {
      const { attributes, droppedAttributesCount = 0 } = clean(given, limits);
      return attributes === undefined ? {} : { attributes: redactAttributes(attributes), droppedAttributesCount };
    } catch (error) {
      refuse(error);
      return {};
    }
  }
}

interface Cleaned {
  readonly attributes?: Attributes;
  readonly droppedAttributesCount?: number;
}
