/** Messages of amqplib that a handler has got and not yet acknowledged, by their channel. */
import type { EventEmitter } from "node:events";
import type { Operation } from "./messaging-operations.ts";
import { replaceMethod, tryTo } from "./wrapped-calls.ts";

/** By delivery tag, which counts up. */
type Deliveries = Map<number, Operation>;

const open = new WeakMap<object, Deliveries>();

/** Whoever lets more messages wait than this does not acknowledge them: the spans of the oldest end. */
const maxOpen = 10_000;

/** Keeps a delivery until the service, or the end of the channel, settles it. */
export function noteDelivery(channel: object, tag: number, operation: Operation): void {
  const deliveries = open.get(channel) ?? follow(channel);
  deliveries.set(tag, operation);
  if (deliveries.size <= maxOpen) return;
  const [oldest] = deliveries.keys();
  if (oldest !== undefined) settle(channel, { tag: oldest });
}

function follow(channel: object): Deliveries {
  const deliveries: Deliveries = new Map();
  open.set(channel, deliveries);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- channels of all versions are emitters
  (channel as EventEmitter).once("close", () => settle(channel, { all: true, errorType: "channel_closed" }));
  return deliveries;
}

interface Settlement {
  /** Of the message, or of the last of those that are settled. */
  readonly tag?: number;
  readonly all?: boolean;
  /** A message that is given back was not processed. */
  readonly errorType?: string;
}

function settle(channel: object, { tag = Infinity, all = false, errorType }: Settlement): void {
  const deliveries = open.get(channel) ?? new Map<number, Operation>();
  const settled = all ? [...deliveries.keys()].filter((one) => one <= tag) : [tag];
  for (const one of settled) {
    const operation = deliveries.get(one);
    deliveries.delete(one);
    if (errorType !== undefined) operation?.failAs(errorType);
    operation?.end();
  }
}

/** How each method says which deliveries it settles. */
const methods: Readonly<Record<string, (message: unknown, allUpTo: unknown) => Settlement>> = {
  ack: (message, allUpTo) => ({ tag: tagOf(message), all: Boolean(allUpTo) }),
  ackAll: () => ({ all: true }),
  nack: (message, allUpTo) => ({ tag: tagOf(message), all: Boolean(allUpTo), errorType: "nack" }),
  nackAll: () => ({ all: true, errorType: "nack" }),
  reject: (message) => ({ tag: tagOf(message), errorType: "reject" }),
};

/** @param prototype - Of channels. */
export function settleDeliveries(prototype: unknown): void {
  for (const [name, settlementOf] of Object.entries(methods)) {
    replaceMethod(
      prototype,
      name,
      (original) =>
        function (message, allUpTo, ...rest) {
          const result = Reflect.apply(original, this, [message, allUpTo, ...rest]);
          tryTo(name, () => settle(this, settlementOf(message, allUpTo)));
          return result;
        },
    );
  }
}

function tagOf(message: unknown): number {
  const { fields }: { readonly fields?: { readonly deliveryTag?: number } } = Object(message);
  return fields?.deliveryTag ?? 0;
}
