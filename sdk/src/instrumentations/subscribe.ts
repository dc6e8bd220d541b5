import { subscribe as subscribeTo, unsubscribe } from "node:diagnostics_channel";
import { guard } from "../diagnostics.ts";

/**
 * Subscribes to a diagnostics channel. Whatever goes wrong in the handler stays here: an error in a subscriber would
 * end the host's process.
 *
 * @typeParam M - What the channel publishes, as its documentation says.
 * @returns What ends the subscription.
 */
export function subscribe<M>(channel: string, handle: (message: M) => void): () => void {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what a channel publishes is documented, not typed
  const onMessage = guard(channel, (message: unknown) => handle(message as M));
  subscribeTo(channel, onMessage);
  return () => unsubscribe(channel, onMessage);
}
