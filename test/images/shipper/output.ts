/** Bulk requests as Filebeat makes them: `create`, 409 counts as delivered, 429 and 5xx are tried again, else dropped. */
import { Agent, request } from "node:https";
import type { Output } from "./configuration.ts";
import type { Fields } from "./harvest.ts";

export interface Delivery {
  readonly acked: number;
  readonly dropped: number;
  readonly retry: readonly Fields[];
  readonly error?: string;
}

export interface Connection {
  send(events: readonly Fields[]): Promise<Delivery>;
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

export function connect(output: Output): Connection {
  const agent = new Agent({ keepAlive: true, ca: output.ca });
  const post = (body: string): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const { username, password } = output;
      const outgoing = request(
        `${output.url}/_bulk`,
        {
          method: "POST",
          agent,
          auth: `${username}:${password}`,
          timeout: 90_000,
          headers: { "content-type": "application/x-ndjson" },
        },
        (incoming) => {
          const parts: Buffer[] = [];
          incoming.on("data", (part: Buffer) => parts.push(part));
          incoming.on("end", () =>
            resolve({ status: incoming.statusCode ?? 0, body: Buffer.concat(parts).toString() }),
          );
          incoming.on("error", reject);
        },
      );
      outgoing.on("timeout", () => outgoing.destroy(new Error("no answer in 90 s")));
      outgoing.on("error", reject);
      outgoing.end(body);
    });
  return {
    async send(events) {
      try {
        const { status, body } = await post(events.map((event) => actionOf(event, output.index)).join(""));
        if (status !== 200) return { acked: 0, dropped: 0, retry: events, error: `${status} ${body.slice(0, 300)}` };
        return sort(events, JSON.parse(body));
      } catch (error) {
        return { acked: 0, dropped: 0, retry: events, error: String(error) };
      }
    },
  };
}

function sort(
  events: readonly Fields[],
  answer: { items: readonly { create: { status: number; error?: object } }[] },
): Delivery {
  const statuses = answer.items.map(({ create }) => create.status);
  const isRetry = (status: number) => status === 429 || status >= 500;
  const refused = answer.items.filter(({ create: { status } }) => status >= 400 && status !== 409 && !isRetry(status));
  for (const { create } of refused) {
    process.stderr.write(`${JSON.stringify({ "log.level": "warn", message: "event dropped", error: create.error })}\n`);
  }
  const retry = events.filter((_event, index) => isRetry(statuses[index] ?? 500));
  return {
    acked: events.length - retry.length - refused.length,
    dropped: refused.length,
    retry,
    error: "refused for now",
  };
}

function actionOf(event: Fields, indexFormat: string): string {
  const { "@metadata._id": id, ...fields } = event;
  const index = indexFormat
    .replaceAll(/%\{\[([^\]]+)\](?::([^}]*))?\}/g, (_all, field: string, usual = "") => String(fields[field] ?? usual))
    .toLowerCase();
  const create = id === undefined ? { _index: index } : { _index: index, _id: id };
  return `${JSON.stringify({ create })}\n${JSON.stringify(fields)}\n`;
}
