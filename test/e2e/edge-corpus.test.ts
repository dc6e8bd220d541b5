/**
 * Every way around the door that is known, times everything behind it that is not for everybody, times three people.
 * A fifth of the product runs each time; OBSBOX_CORPUS=all runs all of it.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { whyForbidden } from "./edge/corpus/oracle.ts";
import { countStatuses, runCorpus } from "./edge/corpus/run.ts";
import type { Outcome } from "./edge/corpus/run.ts";
import { makeVariants } from "./edge/corpus/variants.ts";
import { upstreams } from "./edge/echo.ts";
import { startEdge } from "./edge/edge.ts";
import type { Edge } from "./edge/edge.ts";
import { signInEverybody } from "./edge/people.ts";
import type { People } from "./edge/people.ts";
import { ask } from "./edge/wire.ts";

const step = process.env["OBSBOX_CORPUS"] === "all" ? 1 : 5;
const variants = makeVariants().filter((_, index) => index % step === 0);

let edge: Edge;
let people: People;

beforeAll(async () => {
  edge = await startEdge();
  people = await signInEverybody(edge);
});

afterAll(() => edge[Symbol.asyncDispose]());

/** Claims to be somebody else, in every header that a component or auth might believe. */
const claims = [
  "X-WEBAUTH-USER: mallory",
  "X-WEBAUTH-ROLE: mallory",
  "x-webauth-groups: mallory",
  "X-Auth-Request-User: mallory",
  "X-Auth-Request-Groups: admin,mallory",
  "X-Forwarded-User: mallory",
  "X-Forwarded-Groups: mallory",
  "X-JWT-Assertion: mallory",
  "es-security-runas-user: mallory",
  "Sec-Fetch-Site: same-origin",
].map((line) => `${line}\r\n`);
const forgedCookie =
  "Cookie: __Host-obsbox=eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..bWFsbG9yeQ.bWFsbG9yeQ.bWFsbG9yeQ\r\n";
const wrongPassword = "Authorization: Basic bWFsbG9yeTptYWxsb3J5\r\n";

/** Refusals, and what Nginx says to what it cannot read. */
const refusals = new Set([400, 401, 403, 404, 405, 413, 414, 415, 421, 431, 501, 505]);

/** To the sign-in, from it, or to where a name without its slash is. */
const redirects =
  /^(\/|\/oauth2\/sign_in\?rd=\/.*|\/oauth2\/sign_out\?rd=\/|\/(grafana|kibana|prometheus|alertmanager|jaeger)\/)$/;

/** Whether every answer over the connection was a refusal, or one of the other statuses that are right. */
function isRefused({ variant, reply }: Outcome, ...others: readonly number[]): boolean {
  // No answer that could be read: names of nobody, and a version of HTTP that has no status.
  if (reply.statuses.length === 0) return /: (names of the handshake|versions)$/.test(variant.name);
  const locations = [...reply.text.matchAll(/^location: (.*)\r$/gim)].map(([, location = ""]) => location);
  const known = new Set([...refusals, 302, ...others]);
  return reply.statuses.every((status) => known.has(status)) && locations.every((location) => redirects.test(location));
}

const describeOutcome = ({ variant, reply }: Outcome) =>
  `${variant.name} -> ${reply.statuses.join(",")} ${reply.error ?? ""} ${variant.text("").slice(0, 200)}`;

test("the corpus has more than 300 distinct requests", () => {
  expect(variants.length).toBeGreaterThan(300);
});

test.each([
  ["nobody", () => ""],
  ["somebody with a forged session and a wrong password", () => [forgedCookie, wrongPassword, ...claims].join("")],
])("of the requests of %s none reaches a component, and each is refused", async (who, identity) => {
  await edge.echo.forget();
  const outcomes = await runCorpus(edge, variants, identity());
  const records = await edge.echo.records();
  report(who, outcomes, records.length);
  expect(records.map(({ line }) => line)).toEqual([]);
  expect(outcomes.filter((outcome) => !isRefused(outcome)).map(describeOutcome)).toEqual([]);
});

test("of the requests of a viewer only those reach a component that a viewer may send, and none with a claimed identity", async () => {
  await edge.echo.forget();
  const outcomes = await runCorpus(edge, variants, [`Cookie: ${people.viewer.cookie}\r\n`, ...claims].join(""));
  const records = await edge.echo.records();
  report("a viewer", outcomes, records.length);
  expect(records.map((record) => whyForbidden(record)).filter(Boolean)).toEqual([]);
  expect(records.filter((record) => JSON.stringify(record.headers).includes("mallory"))).toEqual([]);
  expect(records.filter((record) => JSON.stringify(record).includes(people.viewer.cookie))).toEqual([]);
  expect(outcomes.filter((outcome) => !isRefused(outcome, 200)).map(describeOutcome)).toEqual([]);
});

test("the stand-in records what does reach it, on the port of each component", async () => {
  await edge.echo.forget();
  await ask(edge.door, { target: "/grafana/", headers: { Cookie: people.viewer.cookie } });
  const records = await edge.echo.records();
  expect(records).toHaveLength(1);
  expect(records.map(whyForbidden)).toEqual([undefined]);
  expect(upstreams).toHaveLength(8);
});

test.each([
  [9090, "POST /prometheus/api/v1/query/../../../-/reload HTTP/1.1"],
  [9090, "GET /prometheus/%2d/healthy HTTP/1.1"],
  [9090, "POST /prometheus/graph HTTP/1.1"],
  [9093, "GET /alertmanager/;x/%2e%2e/metrics HTTP/1.1"],
  [3000, "GET /grafana/api/x%2f..%2fadmin/settings HTTP/1.1"],
  [3000, "GET /grafana/%2e%2e/prometheus/graph HTTP/1.1"],
  [5601, "POST /kibana/s/a/api/%ef%bd%83onsole/proxy HTTP/1.1"],
  [9200, "POST /_bulk HTTP/1.1"],
])("the judge finds what is forbidden at port %i in %s", (port, line) => {
  expect(whyForbidden({ port, line, headers: [], trailers: [], body: "" })).toBeDefined();
});

function report(who: string, outcomes: readonly Outcome[], reached: number): void {
  console.info(
    `${outcomes.length} requests of ${who}: ${reached} reached a component; statuses ${JSON.stringify(countStatuses(outcomes))}`,
  );
}
