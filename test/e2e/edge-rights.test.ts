/** What people may do, by role: it reaches the right component with the right identity, and nothing else does. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { headersOf, upstreamOf } from "./edge/echo.ts";
import { startEdge } from "./edge/edge.ts";
import type { Edge } from "./edge/edge.ts";
import { askAs, roles, signInEverybody } from "./edge/people.ts";
import type { People, Role } from "./edge/people.ts";
import { rights } from "./edge/rights.ts";
import { injected } from "./edge/secrets.ts";

let edge: Edge;
let people: People;

beforeAll(async () => {
  edge = await startEdge();
  people = await signInEverybody(edge);
});

afterAll(() => edge[Symbol.asyncDispose]());

beforeEach(() => edge.echo.forget());

const mayDo = (role: Role, least: Role | "nobody") => least !== "nobody" && roles.indexOf(role) >= roles.indexOf(least);

describe.each(roles)("a person with the role %s", (role) => {
  test.each(rights.filter(([least]) => mayDo(role, least)))(
    "who may do what takes %s: %s gets %s %s",
    async (_, upstream, method, target) => {
      const reply = await askAs(people[role], edge.door, { method, target });
      expect(reply.status).toBe(200);
      const [record] = await edge.echo.records();
      expect(record && [upstreamOf(record), record.line]).toEqual([upstream, `${method} ${target} HTTP/1.1`]);
    },
  );

  test.each(rights.filter(([least]) => !mayDo(role, least)))(
    "is refused what takes %s: %s never sees %s %s",
    async (_, upstream, method, target) => {
      const reply = await askAs(people[role], edge.door, { method, target });
      expect(reply.status).toBe(403);
      expect(JSON.parse(reply.body)).toMatchObject({ status: 403, remedy: expect.stringMatching(/\w/) });
      expect((await edge.echo.records()).map((record) => upstreamOf(record) ?? upstream)).toEqual([]);
    },
  );

  test("is known to Grafana by name and role, and to Kibana by the credentials of the role", async () => {
    await askAs(people[role], edge.door, { target: "/grafana/" });
    await askAs(people[role], edge.door, { target: "/kibana/" });
    const [grafana, kibana] = await edge.echo.records();
    const { name } = people[role];
    const asGrafana = { viewer: "Viewer", editor: "Editor", admin: "Admin" }[role];
    expect(grafana && [headersOf(grafana, "X-WEBAUTH-USER"), headersOf(grafana, "X-WEBAUTH-ROLE")]).toEqual([
      [name],
      [asGrafana],
    ]);
    expect(grafana && [headersOf(grafana, "Authorization"), headersOf(grafana, "Cookie")]).toEqual([[], []]);
    expect(kibana && headersOf(kibana, "Authorization")).toEqual([injected[role]]);
    expect(kibana && [headersOf(kibana, "X-WEBAUTH-USER"), headersOf(kibana, "Cookie")]).toEqual([[], []]);
  });

  test("finds the own name and role on the home page", async () => {
    const reply = await askAs(people[role], edge.door, { target: "/" });
    expect([reply.status, reply.body.includes(people[role].name), reply.body.includes(`>${role}<`)]).toEqual([
      200,
      true,
      true,
    ]);
  });
});
