/**
 * A span that is not kept. It does nothing, and hands its ids on; should its request be coloured while it is open, it
 * is recorded from there on, with the beginning that it had.
 */
import type {
  Attributes,
  AttributeValue,
  Exception,
  Link,
  SpanContext,
  SpanStatus,
  TimeInput,
} from "@opentelemetry/api";
import type { LocalRoot } from "../coloring/colored.ts";
import { RecordingSpan } from "./span.ts";
import type { SpanBeginning, SpanOwner } from "./span.ts";

export class UnsampledSpan implements LocalRoot {
  readonly localRoot: LocalRoot;
  isColored = false;
  ended = false;
  readonly #owner: SpanOwner;
  readonly #beginning: SpanBeginning;
  #recorded: RecordingSpan | undefined;

  constructor(owner: SpanOwner, beginning: SpanBeginning) {
    this.#owner = owner;
    this.#beginning = beginning;
    this.localRoot = beginning.localRoot ?? this;
  }

  keep(): void {
    if (this.ended || this.#recorded !== undefined) return;
    this.#beginning.context.traceFlags |= 1;
    this.#recorded = new RecordingSpan(this.#owner, { ...this.#beginning, localRoot: this.localRoot });
  }

  spanContext(): SpanContext {
    return this.#beginning.context;
  }

  isRecording(): boolean {
    return this.#recorded?.isRecording() ?? false;
  }

  setAttribute(key: string, value: AttributeValue): this {
    this.#recorded?.setAttribute(key, value);
    return this;
  }

  setAttributes(attributes: Attributes): this {
    this.#recorded?.setAttributes(attributes);
    return this;
  }

  addEvent(name: string, attributesOrTime?: Attributes | TimeInput, time?: TimeInput): this {
    this.#recorded?.addEvent(name, attributesOrTime, time);
    return this;
  }

  addLink(link: Link): this {
    this.#recorded?.addLink(link);
    return this;
  }

  addLinks(links: Link[]): this {
    this.#recorded?.addLinks(links);
    return this;
  }

  setStatus(status: SpanStatus): this {
    this.#recorded?.setStatus(status);
    return this;
  }

  updateName(name: string): this {
    this.#recorded?.updateName(name);
    return this;
  }

  recordException(exception: Exception, time?: TimeInput): void {
    this.#recorded?.recordException(exception, time);
  }

  end(time?: TimeInput): void {
    this.#recorded?.end(time);
    this.ended = true;
  }
}
