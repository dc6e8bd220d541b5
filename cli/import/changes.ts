/** Differences between two documents, by the place where they are. */
import { isObject } from "../../stack/companion/elasticsearch/json.ts";

/** Names by which items of a list are known, where all of them have one. */
const names = ["uid", "alert", "record", "name", "refId", "id", "title"] as const;

/**
 * Lists what differs: each place once, with its old value behind `-` and its new one behind `+`.
 *
 * @example
 * changesBetween({ a: { b: 1 } }, { a: { b: 2 } }); // ["a.b", "- 1", "+ 2"]
 */
export function changesBetween(before: unknown, after: unknown): readonly string[] {
  const [old, wanted] = [flatten(before), flatten(after)];
  const places = [...new Set([...old.keys(), ...wanted.keys()])].filter(
    (place) => old.get(place) !== wanted.get(place),
  );
  return places.flatMap((place) => [place, ...line("-", old.get(place)), ...line("+", wanted.get(place))]);
}

function line(sign: string, value: string | undefined): readonly string[] {
  return value === undefined ? [] : [`${sign} ${value}`];
}

/** Single values by their place. */
function flatten(value: unknown, place = ""): Map<string, string> {
  if (Array.isArray(value) && value.length > 0) {
    const keys = keysOf(value);
    return merge(value.map((one, index) => flatten(one, `${place}[${keys[index]}]`)));
  }
  if (isObject(value) && Object.keys(value).length > 0) {
    return merge(Object.entries(value).map(([key, one]) => flatten(one, place === "" ? key : `${place}.${key}`)));
  }
  return new Map([[place, JSON.stringify(value)]]);
}

function merge(maps: readonly Map<string, string>[]): Map<string, string> {
  return new Map(maps.flatMap((map) => [...map]));
}

/** A name that tells the items apart, else their number. */
function keysOf(items: readonly unknown[]): readonly string[] {
  const candidates = names.map((name) => items.map((item) => (isObject(item) ? item[name] : undefined)));
  const good = candidates.find(
    (keys) =>
      keys.every((key) => typeof key === "string" || typeof key === "number") && new Set(keys).size === keys.length,
  );
  return (good ?? items.map((_item, index) => index)).map(String);
}
