/**
 * Objects whose properties are numbered: lists, bytes, texts as objects. Where names are expected they have none, and to
 * ask a large one for them would make millions of texts.
 */

export function isIndexed(object: object): boolean {
  try {
    return Array.isArray(object) || ArrayBuffer.isView(object) || isTextObject(object);
  } catch {
    return false; // A proxy that is no more.
  }
}

/** Whether a value is a text as an object, `Object("text")`. */
// oxlint-disable-next-line typescript/no-wrapper-object-types -- it is meant
export function isTextObject(value: object): value is String {
  // oxlint-disable-next-line unicorn/no-instanceof-builtins -- asked of every log line and measurement; `node:util` takes longer
  return value instanceof String;
}
