/**
 * What is given to a span, as it is kept. Plain JavaScript may give anything: nothing here throws, and what cannot be
 * read is left out.
 */
import { diag } from "@opentelemetry/api";
import type { Attributes, AttributeValue, Exception, HrTime, Link, SpanStatus, TimeInput } from "@opentelemetry/api";
import { cleanAttributes, isTimeInput, millisToHrTime, timeInputToHrTime } from "@opentelemetry/core";
import { epochMs } from "../clock.ts";
import { messageOf } from "../diagnostics.ts";
import { redactNumber, redactText, redactUpTo, redactValue } from "../redaction/index.ts";
import type { KeyKind } from "../redaction/index.ts";
import { attributes as names } from "../vocabulary.ts";

export function nameOf(name: unknown): string {
  return redactText(typeof name === "string" ? name : messageOf(name));
}

/** Without its ids the encoder would fail with all the others of its batch. */
export function isLink(link: unknown): link is Link {
  try {
    const { context } = Object(link);
    return typeof Object(context).traceId === "string" && typeof context.spanId === "string";
  } catch {
    return false;
  }
}

export function readStatus(status: unknown): Partial<SpanStatus> {
  try {
    const { code, message } = Object(status);
    return { code, message };
  } catch {
    return {};
  }
}

/** Not what it should be, a proxy, or a getter that throws. */
export function refuse(error: unknown): void {
  diag.warn(`what cannot be read is left out of a span: ${messageOf(error)}`);
}

/** Gives the value as it is kept; undefined for what is no value of an attribute. */
export function keptValue(kind: KeyKind, value: AttributeValue, maxLength: number): AttributeValue {
  switch (typeof value) {
    case "string":
      return redactUpTo(maxLength, kind, value);
    case "number":
      return redactNumber(kind, value);
    case "boolean":
      return value;
    default: {
      const limits = { attributeCountLimit: 1, attributeValueLengthLimit: maxLength };
      const cleaned = cleanAttributes({ value }, limits).attributes?.["value"];
      return cleaned === undefined ? undefined : redactValue(kind, cleaned);
    }
  }
}

export function readException(exception: Exception): Attributes {
  try {
    return describeException(exception);
  } catch {
    return { [names.exceptionType]: "unreadable" }; // Nothing was thrown, or its getters throw.
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

export function isTime(time: unknown): time is TimeInput {
  try {
    return isTimeInput(time);
  } catch {
    return false;
  }
}

export function toHrTime(time: TimeInput | undefined): HrTime {
  return isTime(time) ? timeInputToHrTime(time) : millisToHrTime(epochMs());
}
