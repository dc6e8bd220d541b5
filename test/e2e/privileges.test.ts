import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Client } from "../../stack/companion/elasticsearch/client.ts";
import { isStatus } from "../../stack/companion/elasticsearch/errors.ts";
import { entriesAt, listAt, textAt, valueAt } from "../../stack/companion/elasticsearch/json.ts";
import { ownUsers } from "../../stack/companion/setup/security/roles.ts";
import type { OwnUser } from "../../stack/companion/setup/security/roles.ts";
import { setUp, startElasticsearch } from "../helpers/start-elasticsearch.ts";
import type { ElasticsearchBox } from "../helpers/start-elasticsearch.ts";
import { calls, created, document } from "./privilege-calls.ts";
import type { Call } from "./privilege-calls.ts";

let box: ElasticsearchBox;

beforeAll(async () => {
  box = await startElasticsearch();
  const { elastic } = box;
  await setUp(box);
  await elastic.request("PUT", "/private");
  await elastic.request("PUT", "/_snapshot/obsbox", { type: "fs", settings: { location: "/tmp/snapshots/obsbox" } });
  await elastic.request("POST", "/logs-obsbox_keeper-default/_bulk", created);
  for (const name of ["span", "service"]) {
    await elastic.request("PUT", `/jaeger-${name}-2026-01-02/_doc/1?refresh=true`, { traceID: "t" });
  }
});
afterAll(async () => {
  await box[Symbol.asyncDispose]();
});

/** A data stream of two backing indices, the older one with a line of id 1, and a day of spans: made anew for each call. */
async function prepare(elastic: Client, stream: string): Promise<(text: string) => string> {
  await elastic
    .find(`/_data_stream/${stream}`)
    .then((found) =>
      found === undefined || listAt(found, "data_streams").length === 0
        ? undefined
        : elastic.request("DELETE", `/_data_stream/${stream}`),
    );
  await elastic.request("PUT", `/${stream}/_create/1?refresh=true`, document);
  await elastic.request("POST", `/${stream}/_rollover`);
  if ((await elastic.find("/jaeger-span-2026-01-01")) === undefined)
    await elastic.request("PUT", "/jaeger-span-2026-01-01");
  const answer = await elastic.request("GET", `/_data_stream/${stream}`);
  const old = textAt(listAt(listAt(answer, "data_streams")[0], "indices")[0], "index_name") ?? "";
  return (text) => text.replaceAll("{stream}", stream).replaceAll("{backing}", old).replaceAll("{old}", old);
}

/** Whether the server does what a user asks, or would if it could. */
async function isAllowed(client: Client, [method, path, body]: Call["call"]): Promise<boolean> {
  try {
    const answer = await client.request(method, path, body);
    return !listAt(answer, "items").some((item) => valueAt(Object.values(item ?? {})[0], "status") === 403);
  } catch (error) {
    if (isStatus(error, 401, 403)) return false;
    if (isStatus(error, 404) && /no such index/.test(error.reason)) return false;
    throw error;
  }
}

describe("of all users", () => {
  test.each(calls)("only the listed ones $about", async ({ call: [method, path, body], allowed }) => {
    const able: OwnUser[] = [];
    const needsStream = /\{(stream|backing|old)\}|2026-01-01/.test(path);
    let fill: ((text: string) => string) | undefined;
    for (const user of ownUsers) {
      fill ??= needsStream ? await prepare(box.elastic, "logs-matrix-default") : (text) => text;
      const target = fill(path).replaceAll("{user}", user);
      if (!(await isAllowed(box.as(user), [method, target, body]))) continue;
      able.push(user);
      fill = undefined; // What was allowed may have changed what the next one needs.
    }
    expect(able.toSorted()).toEqual([...allowed].toSorted());
  });

  test("viewers may look in Kibana, editors and admins may do all there, the others have no part in it", async () => {
    const question = {
      application: ["read", "all"].map((privilege) => ({
        application: "kibana-.kibana",
        privileges: [privilege],
        resources: ["space:default"],
      })),
    };
    const granted = await Promise.all(
      ownUsers.map(async (user) => {
        const rights = await Promise.all(
          question.application.map(async (one) => {
            const answer = await box
              .as(user)
              .request("POST", "/_security/user/_has_privileges", { application: [one] });
            return valueAt(answer, "has_all_requested") === true ? one.privileges[0] : undefined;
          }),
        );
        return [user, rights.filter((right) => right !== undefined)] as const;
      }),
    );
    expect(Object.fromEntries(granted.filter(([, rights]) => rights.length > 0))).toEqual({
      viewer: ["read"],
      editor: ["all"],
      admin: ["all"],
    });
  });

  test("none is a superuser", async () => {
    const roles = await box.elastic.request("GET", "/_security/role");
    const own = entriesAt(roles).filter(([name]) => name.startsWith("obsbox_"));
    expect(own).toHaveLength(ownUsers.length);
    for (const [name, role] of own) {
      expect([name, listAt(role, "cluster").filter((privilege) => /^(all|manage)/.test(String(privilege)))]).toEqual([
        name,
        [],
      ]);
    }
    const users = await box.elastic.request("GET", "/_security/user");
    for (const [name, user] of entriesAt(users).filter(([name]) => name.startsWith("obsbox_"))) {
      expect(listAt(user, "roles")).toEqual([name]);
    }
  });
});
