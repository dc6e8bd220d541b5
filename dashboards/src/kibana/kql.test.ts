import { expect, test } from "vitest";
import { atLeast, below, both, exists, is, renameFields } from "./kql.ts";
import { digestIn, marked } from "./marker.ts";

test("conditions are KQL", () => {
  expect(is("log.level", "error", "fatal")).toBe('log.level : ("error" or "fatal")');
  expect(is("http.response.status_code", 401)).toBe("http.response.status_code : 401");
  expect(both(exists("error.type"), "", atLeast("event.duration", 5), below("event.duration", 9))).toBe(
    "error.type : * and event.duration >= 5 and event.duration < 9",
  );
});

test("fields of a condition get another name, and values keep theirs", () => {
  const condition = both(is("service.name", "obsbox-auth"), exists("event.category"), atLeast("event.duration", 1));
  expect(renameFields(condition, (field) => `my.${field}`)).toBe(
    'my.service.name : "obsbox-auth" and my.event.category : * and my.event.duration >= 1',
  );
  expect(renameFields(is("event.dataset", "nginx.access: a"), () => "x")).toBe('x : "nginx.access: a"');
});

test.each(["en", "zh"] as const)("a mark tells the body that it was made of (%s)", (language) => {
  const descriptionOf = (title: string) => {
    const { description } = marked({ title, description: "What?" }, language);
    return typeof description === "string" ? description : "";
  };
  expect(descriptionOf("t")).toMatch(/^What\? \S/);
  expect(digestIn(descriptionOf("t"))).toMatch(/^[0-9a-f]{16}$/);
  expect(digestIn(descriptionOf("t"))).not.toBe(digestIn(descriptionOf("u")));
  expect(digestIn("a user's text")).toBeUndefined();
});
