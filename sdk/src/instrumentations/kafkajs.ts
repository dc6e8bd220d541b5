/**
 * kafkajs 1 and 2, which publish nothing: what a client makes, producers, their transactions and consumers, are plain
 * objects, so that their methods give way as they are made. What is sent by one call to one topic is one span, which
 * each of its messages carries on.
 */
import { all } from "../metrics/observe.ts";
import type { Instrumentation } from "./index.ts";
import { onLibraryLoad } from "./library-loads.ts";
import { createMessaging, handle } from "./messaging-operations.ts";
import type { Messaging, Operation } from "./messaging-operations.ts";
import type { Call } from "./traced-calls.ts";
import { followPromises, isCallback, replaceMethod, tryTo } from "./wrapped-calls.ts";

interface Message {
  readonly headers?: object;
  readonly offset?: string;
}

interface TopicMessages {
  readonly topic: string;
  readonly messages: readonly Message[];
}

interface Received {
  readonly topic: string;
  readonly partition: number;
}

/** What handlers get. */
interface MessagePayload extends Received {
  readonly message: Message;
}

interface BatchPayload {
  readonly batch: Received & { readonly messages: readonly Message[] };
}

/** Undefined while nothing is observed. */
let messaging: Messaging | undefined;

export const kafkajs: Instrumentation = {
  name: "kafkajs",
  enable(pipelines) {
    messaging = createMessaging(pipelines, "kafka", "send");
    return all(
      onLibraryLoad(["kafkajs"], ({ name, exports }) => {
        if (name === "kafkajs/src/index.js") wrapClient(Reflect.get(Object(exports), "prototype"));
      }),
      () => {
        messaging = undefined;
      },
    );
  },
};

function wrapClient(prototype: unknown): void {
  replaceMethod(
    prototype,
    "producer",
    (original) =>
      function (...args) {
        const producer = Reflect.apply(original, this, args);
        wrapSender(producer);
        wrapTransactions(producer);
        return producer;
      },
  );
  replaceMethod(
    prototype,
    "consumer",
    (original) =>
      function (...args) {
        const consumer = Reflect.apply(original, this, args);
        wrapConsumer(consumer, textOf(args[0], "groupId"));
        return consumer;
      },
  );
}

/** @param sender - A producer or a transaction. */
function wrapSender(sender: unknown): void {
  followPromises(sender, "send", (_, args) => {
    const [record] = args;
    if (!isTopicMessages(record)) return undefined;
    const [call, sent] = begin(record);
    args[0] = sent;
    return call;
  });
  followPromises(sender, "sendBatch", (_, args) => {
    const topics: unknown = Reflect.get(Object(args[0]), "topicMessages");
    if (!Array.isArray(topics) || topics.length === 0 || !topics.every(isTopicMessages)) return undefined;
    const begun = topics.map(begin);
    args[0] = { ...Object(args[0]), topicMessages: begun.map(([, sent]) => sent) };
    return together(begun.flatMap(([call]) => call ?? []));
  });
}

/** A transaction itself has no span: it may stay open for as long as the service likes. */
function wrapTransactions(producer: unknown): void {
  replaceMethod(
    producer,
    "transaction",
    (original) =>
      async function (...args) {
        const transaction = await Reflect.apply(original, this, args);
        wrapSender(transaction);
        return transaction;
      },
  );
}

/** Gives what is sent instead: messages that carry the trace, where the service's own stay as they are. */
function begin<T extends TopicMessages>(record: T): [Operation | undefined, T] {
  const { topic, messages } = record;
  const call = messaging?.beginSend({ destination: topic, batchSize: countOf(messages) });
  if (call === undefined) return [undefined, record];
  const carried = call.headers();
  const sent = messages.map((message) => ({ ...message, headers: { ...message.headers, ...carried } }));
  return [call, { ...record, messages: sent }];
}

function together(calls: readonly Operation[]): Call | undefined {
  const [first] = calls;
  return first === undefined
    ? undefined
    : {
        caller: first.caller,
        fail: (error) => calls.forEach((call) => call.fail(error)),
        end: () => calls.forEach((call) => call.end()),
      };
}

function wrapConsumer(consumer: unknown, consumerGroup: string | undefined): void {
  const ofMessage = ({ topic, partition, message: { headers, offset } }: MessagePayload) =>
    messaging?.beginProcess({ destination: topic, partition, offset, consumerGroup }, headers);
  const ofBatch = ({ batch: { topic, partition, messages } }: BatchPayload) =>
    messaging?.beginProcessBatch(
      { destination: topic, partition, consumerGroup, batchSize: messages.length },
      messages.map(({ headers }) => headers),
    );
  replaceMethod(
    consumer,
    "run",
    (original) =>
      function (config, ...rest) {
        const observed = {
          ...Object(config),
          ...handlerOf(config, "eachMessage", ofMessage),
          ...handlerOf(config, "eachBatch", ofBatch),
        };
        return Reflect.apply(original, this, [observed, ...rest]);
      },
  );
}

/** The handler of this name, in the context of what it handles. */
function handlerOf<P>(config: unknown, name: string, beginWith: (payload: P) => Operation | undefined) {
  const handler: unknown = Reflect.get(Object(config), name);
  if (!isCallback(handler)) return {};
  return {
    [name](this: unknown, payload: P) {
      const operation = tryTo(name, () => beginWith(payload));
      const run = () => Reflect.apply(handler, this, [payload]);
      return operation === undefined ? run() : handle(operation, run);
    },
  };
}

/** One message is no batch. */
function countOf({ length }: readonly Message[]): number | undefined {
  return length === 1 ? undefined : length;
}

/** What kafkajs would refuse is left to it. */
function isTopicMessages(value: unknown): value is TopicMessages {
  const messages: unknown = Reflect.get(Object(value), "messages");
  const isWhole = (message: unknown) => typeof message === "object" && message !== null;
  return textOf(value, "topic") !== undefined && Array.isArray(messages) && messages.every(isWhole);
}

function textOf(holder: unknown, key: string): string | undefined {
  const value: unknown = Reflect.get(Object(holder), key);
  return typeof value === "string" && value !== "" ? value : undefined;
}
