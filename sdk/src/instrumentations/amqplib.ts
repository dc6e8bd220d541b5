/**
 * amqplib, with promises and with callbacks, which publishes nothing. What is published is a span that ends with the
 * broker's confirmation where the channel asks for one; what is consumed is one that ends when the message is
 * acknowledged. Routing keys are not taken: they may be anything.
 */
import { all } from "../metrics/observe.ts";
import { noteDelivery, settleDeliveries } from "./amqplib-deliveries.ts";
import type { Instrumentation } from "./index.ts";
import { onLibraryLoad } from "./library-loads.ts";
import { createMessaging, handle } from "./messaging-operations.ts";
import type { Messaging, Operation } from "./messaging-operations.ts";
import { followCalls, followPromises, isCallback, replaceMethod, tryTo } from "./wrapped-calls.ts";

/** What is known of a broker. */
interface Server {
  readonly address?: string | undefined;
  readonly port?: number | undefined;
}

interface Message {
  readonly fields: { readonly deliveryTag: number };
  readonly properties: { readonly headers?: object };
}

/** Undefined while nothing is observed. */
let messaging: Messaging | undefined;

export const amqplib: Instrumentation = {
  name: "amqplib",
  enable(pipelines) {
    messaging = createMessaging(pipelines, "rabbitmq", "publish");
    return all(
      onLibraryLoad(["amqplib"], ({ name, exports }) => wrap[name]?.(Object(exports))),
      () => {
        messaging = undefined;
      },
    );
  },
};

/** By file. */
const wrap: Readonly<Record<string, (exports: Record<string, unknown>) => void>> = {
  "amqplib/lib/connect.js": noteServers,
  "amqplib/lib/channel_model.js": wrapModel,
  "amqplib/lib/callback_model.js": wrapModel,
};

/** By connection. */
const servers = new WeakMap<object, Server>();

/** A connection does not know whom it was made with. */
function noteServers(exports: Record<string, unknown>): void {
  replaceMethod(
    exports,
    "connect",
    (original) =>
      function (url, options, opened, ...rest) {
        const noting = (error: unknown, connection: unknown, ...others: unknown[]) => {
          if (typeof connection === "object" && connection !== null) servers.set(connection, serverOf(url));
          return isCallback(opened) ? opened(error, connection, ...others) : undefined;
        };
        return Reflect.apply(original, this, [url, options, noting, ...rest]);
      },
  );
}

function serverOf(url: unknown): Server {
  const text = typeof url === "string" ? url : "amqp://localhost";
  const given = typeof url === "object" && url !== null ? url : URL.canParse(text) ? new URL(text) : {};
  const protocol = String(Reflect.get(given, "protocol") ?? "amqp");
  return {
    address: String(Reflect.get(given, "hostname") ?? "localhost").replaceAll(/[[\]]/g, ""),
    port: Number(Reflect.get(given, "port")) || (protocol.startsWith("amqps") ? 5671 : 5672),
  };
}

function wrapModel({ Channel, ConfirmChannel }: Record<string, unknown>): void {
  const [ofAll, ofConfirmed] = [prototypeOf(Channel), prototypeOf(ConfirmChannel)];
  const isConfirmed = (channel: object) => Object.prototype.isPrototypeOf.call(Object(ofConfirmed), channel);
  followPromises(ofAll, "publish", (channel, args) => (isConfirmed(channel) ? undefined : beginPublish(channel, args)));
  followCalls(ofConfirmed, "publish", (channel, args) => {
    const call = beginPublish(channel, args);
    if (!isCallback(args[4])) args[4] = () => {}; // Ends the call.
    return call;
  });
  wrapConsume(ofAll);
  settleDeliveries(ofAll);
}

function prototypeOf(exported: unknown): unknown {
  return Reflect.get(Object(exported), "prototype");
}

/** The options that the service gave stay as they are. */
function beginPublish(channel: object, args: unknown[]): Operation | undefined {
  const [exchange, routingKey, , options] = args;
  // The exchange without a name takes the name of a queue as routing key.
  const destination = exchange === "" || exchange === undefined ? routingKey : exchange;
  if (typeof destination !== "string") return undefined;
  const call = messaging?.beginSend({ destination, ...serverOfChannel(channel) });
  if (call === undefined) return undefined;
  const headers = over(Reflect.get(Object(options), "headers") ?? null, call.headers());
  args[3] = over(Object(options), { headers });
  return call;
}

/** What amqplib reads as both; either may be frozen, and inherit. */
function over(given: object | null, properties: object): object {
  return Object.create(given, Object.getOwnPropertyDescriptors(properties));
}

function wrapConsume(prototype: unknown): void {
  replaceMethod(
    prototype,
    "consume",
    (original) =>
      function (queue, handler, options, ...rest) {
        if (!isCallback(handler)) return Reflect.apply(original, this, [queue, handler, options, ...rest]);
        const destination = typeof queue === "string" && queue !== "" ? queue : "amq.gen";
        const needsNoAck = Reflect.get(Object(options), "noAck") === true;
        // oxlint-disable-next-line typescript/no-this-alias -- the handler has another
        const channel = this;
        const observed = function (this: unknown, message: Message | null) {
          const run = () => Reflect.apply(handler, this, [message]);
          const operation = message === null ? undefined : tryTo("consume", () => begin(channel, destination, message));
          if (operation === undefined || message === null) return run();
          if (needsNoAck) return handle(operation, run);
          noteDelivery(channel, message.fields.deliveryTag, operation);
          return handle(operation, run, () => {});
        };
        return Reflect.apply(original, this, [queue, observed, options, ...rest]);
      },
  );
}

function begin(channel: object, destination: string, { properties }: Message): Operation | undefined {
  return messaging?.beginProcess({ destination, ...serverOfChannel(channel) }, properties.headers);
}

function serverOfChannel(channel: object): Server | undefined {
  return servers.get(Object(Reflect.get(channel, "connection")));
}
