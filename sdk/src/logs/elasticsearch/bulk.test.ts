import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeBulk, readAnswer } from "./bulk.ts";
import { Pack } from "./pack.ts";

test("a body has an action with stream and id before each line", () => {
  const { lines } = new Pack(Buffer.from('{"event.id":"a-1","m":"é"}\n{"event.id":"a-2"}\n'), () => {});
  expect(encodeBulk(lines, "logs-orders-default").toString()).toBe(
    [
      '{"create":{"_index":"logs-orders-default","_id":"a-1"}}',
      '{"event.id":"a-1","m":"é"}',
      '{"create":{"_index":"logs-orders-default","_id":"a-2"}}',
      '{"event.id":"a-2"}',
      "",
    ].join("\n"),
  );
});

const ofItem = (status: number, type?: string) => {
  const item = { create: { status, ...(type === undefined ? {} : { error: { type, reason: "why" } }) } };
  return readAnswer(200, JSON.stringify({ errors: true, items: [item] }), 1);
};

describe("the answer for one line", () => {
  test.each([
    [201, undefined, "delivered"],
    [200, undefined, "delivered"],
    [409, "version_conflict_engine_exception", "delivered"],
    [429, "es_rejected_execution_exception", "retry"],
    [503, "unavailable_shards_exception", "retry"],
    [500, "whatever", "retry"],
    [401, "security_exception", "retry"],
    [403, "security_exception", "retry"],
    [404, "index_not_found_exception", "retry"],
    [400, "document_parsing_exception", "elasticsearch-mapping"],
    [400, "mapper_parsing_exception", "elasticsearch-mapping"],
    [400, "illegal_argument_exception", "elasticsearch-rejected"],
    [413, "whatever", "elasticsearch-rejected"],
  ])("%i %s means %s", (status, type, verdict) => {
    expect(ofItem(status, type)).toMatchObject({ kind: "items", verdicts: [verdict] });
  });

  test("in the failure store is delivered, and said", () => {
    const body = JSON.stringify({ items: [{ create: { status: 201, failure_store: "used" } }] });
    expect(readAnswer(200, body, 1)).toMatchObject({
      verdicts: ["delivered"],
      troubles: [{ code: "elasticsearch-failure-store" }],
    });
  });

  test("without a status the line is sent again", () => {
    expect(readAnswer(200, '{"items":[{}]}', 1)).toMatchObject({ kind: "items", verdicts: ["retry"] });
  });

  test("does not show what the refused field held", () => {
    const reason =
      "failed to parse field [a] of type [long] in document with id 'x'. Preview of field's value: 'secret'";
    const body = JSON.stringify({
      items: [{ create: { status: 400, error: { type: "document_parsing_exception", reason } } }],
    });
    expect(JSON.stringify(readAnswer(200, body, 1))).not.toContain("secret");
  });

  test("names what was refused and why", () => {
    expect(ofItem(400, "document_parsing_exception")).toMatchObject({
      troubles: [{ message: "Elasticsearch refuses log lines, which are lost: document_parsing_exception: why" }],
    });
  });
});

describe("the answer for a request", () => {
  const error = (type: string) => JSON.stringify({ error: { type, reason: "why" }, status: 400 });

  test.each([
    ["too large", 413, "<h1>413</h1>", "split"],
    ["that the server cannot read", 400, error("x_content_parse_exception"), "split"],
    ["that a proxy does not like", 400, "<h1>The plain HTTP request was sent to HTTPS port</h1>", "retry"],
    ["at a busy time", 429, error("es_rejected_execution_exception"), "retry"],
    ["at a bad time", 503, "", "retry"],
    ["at the wrong address", 404, "not found", "retry"],
    ["that is sent elsewhere", 302, "", "retry"],
    ["of something else that says 200", 200, "<h1>Welcome</h1>", "retry"],
    ["that has fewer items than were sent", 200, '{"items":[]}', "retry"],
  ])("%s", (_about, status, body, kind) => {
    expect(readAnswer(status, body, 1).kind).toBe(kind);
  });

  test("without rights names the key", () => {
    const answer = readAnswer(401, error("security_exception"), 1);
    expect(answer).toMatchObject({ kind: "retry", trouble: { code: "elasticsearch-unauthorized" } });
  });

  test("may be anything at all, and has a verdict for each line or for none", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 100, max: 599 }),
        fc.oneof(fc.string(), fc.json()),
        fc.integer({ min: 1, max: 5 }),
        (status, body, lines) => {
          const answer = readAnswer(status, body, lines);
          expect(answer.kind === "items" ? answer.verdicts.length : lines).toBe(lines);
        },
      ),
    );
  });
});
