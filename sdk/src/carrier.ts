/** Headers of messages, as clients of queues give them: values may be bytes. */
import { defaultTextMapGetter } from "@opentelemetry/api";
import type { TextMapGetter } from "@opentelemetry/api";

/** Reads headers that are text, a list of texts, or UTF-8 bytes, as kafkajs gives them. */
export const headerGetter: TextMapGetter = {
  keys: (carrier) => defaultTextMapGetter.keys(carrier),
  get(carrier, key) {
    const value: unknown = defaultTextMapGetter.get(carrier, key);
    return value instanceof Uint8Array ? Buffer.from(value).toString() : defaultTextMapGetter.get(carrier, key);
  },
};
