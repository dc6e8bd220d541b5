/**
 * The injector inside @peculiar/x509 refuses to load without the metadata functions of the `reflect-metadata` proposal, and
 * uses them for a table of its own classes. These do what it needs.
 */
const metadata = new WeakMap<object, Map<unknown, unknown>>();

const get = (key: unknown, target: object): unknown => metadata.get(target)?.get(key);

const functions = {
  getMetadata: get,
  getOwnMetadata: get,
  defineMetadata(key: unknown, value: unknown, target: object): void {
    const own = metadata.get(target) ?? new Map<unknown, unknown>();
    metadata.set(target, own.set(key, value));
  },
};

if (!("getMetadata" in Reflect)) Object.assign(Reflect, functions);
