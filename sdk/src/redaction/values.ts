/**
 * Secrets in values by their key: attributes of spans and metrics, and JSON that has been written already. What has
 * nothing to hide is given back as it is; what has is copied, never changed.
 */
import { isTextObject } from "../indexed.ts";
import { isAllowedHeader } from "./headers.ts";
import { isHidden, kindOfKey, kindWithin, redacted } from "./keys.ts";
import type { KeyKind } from "./keys.ts";
import { isCardNumber } from "./patterns.ts";
import { settings } from "./settings.ts";
import { hideValues, isStatement } from "./statements.ts";
import { redactText } from "./text.ts";

/** Gives a text as it may stand under a key of this kind. */
export function redactTextOf(kind: KeyKind, text: string): string {
  if (kind === "plain") return redactText(text);
  if (kind === "closed") return text;
  if (isHidden(kind, text)) return redacted;
  const isQuery = kind === "statement" || kind === "statementWithNames";
  return isQuery && isStatement(text) ? hideValues(text, kind === "statementWithNames") : redactText(text);
}

/** How far beyond a cut is looked, so that no half of a secret stays before it. */
const margin = 512;

/** Gives the beginning of a text, no longer than the limit, as it may stand under a key of this kind. */
export function redactUpTo(limit: number, kind: KeyKind, text: string): string {
  if (text.length <= limit) return redactTextOf(kind, text);
  return redactTextOf(kind, text.slice(0, limit + margin)).slice(0, limit);
}

/** Smallest number that can be one of a payment card. */
const firstCardNumber = 1e12;

/** Gives a number, unless its key is secret or it is the number of a payment card. */
export function redactNumber(kind: KeyKind, value: number): number | string {
  if (isHidden(kind, value)) return redacted;
  return value >= firstCardNumber && settings.isOn && isCardNumber(String(value)) ? redacted : value;
}

/** Gives plain data, as it may stand under a key of this kind. */
export function redactValue<T>(kind: KeyKind, value: T): T | string;
export function redactValue(kind: KeyKind, value: unknown): unknown {
  if (typeof value === "string") return redactTextOf(kind, value);
  if (typeof value === "number") return redactNumber(kind, value);
  if (typeof value !== "object" || value === null) return value;
  if (isHidden(kind, value)) return redacted;
  if (Array.isArray(value)) return redactItems(kind, value);
  if (isTextObject(value)) return redactTextOf(kind, value.valueOf());
  return ArrayBuffer.isView(value) ? value : redactProperties(kind, value);
}

/** Gives the attributes without their secrets; the same object when there are none. */
export function redactAttributes<A extends object>(attributes: A): A {
  return redactProperties("plain", attributes);
}

function redactProperties<A extends object>(kind: KeyKind, object: A): A {
  let copy: A | undefined;
  for (const key of Object.keys(object)) {
    const inner = kindWithin(kind, key);
    const value: unknown = Reflect.get(object, key);
    const shown = redactValue(inner, value);
    if (shown === value || inner === "refused") continue;
    copy ??= { ...object };
    Reflect.set(copy, key, shown);
  }
  return copy ?? object;
}

function redactItems(kind: KeyKind, items: readonly unknown[]): readonly unknown[] {
  const isHeaders = kind === "headers" && isHeaderList(items);
  const shown = items.map((item, index) =>
    redactValue(isHeaders && index % 2 === 1 ? kindWithin(kind, String(items[index - 1])) : kind, item),
  );
  return shown.every((item, index) => item === items[index]) ? items : shown;
}

/** Names and values in turn, as Node.js gives raw headers. Columns of a table are called headers too. */
export function isHeaderList(items: readonly unknown[]): boolean {
  const names = items.filter((_item, index) => index % 2 === 0);
  return (
    items.length % 2 === 0 &&
    names.every((name) => typeof name === "string" && /^[\w-]+$/.test(name)) &&
    names.some((name) => isAllowedHeader(String(name)) || kindOfKey(String(name)) === "secretText")
  );
}
