import { afterEach, expect, test, vi } from "vitest";
import { hrefOf, setQuery } from "./location.ts";

afterEach(() => void vi.unstubAllGlobals());

test.each([
  ["/logs", {}, "/logs"],
  ["/logs", { text: "", service: undefined }, "/logs"],
  ["/logs", { text: "a b&c=d", limit: 0 }, "/logs?text=a+b%26c%3Dd&limit=0"],
])("the address of %s with %j is %s", (path, values, href) => {
  expect(hrefOf(path, values)).toBe(href);
});

test("a value in the query replaces the one before, an empty one goes, the others stay", () => {
  const visited: string[] = [];
  vi.stubGlobal("window", { location: { pathname: "/logs", search: "?text=old&service=shop&level=warn" } });
  vi.stubGlobal("history", { replaceState: (_state: unknown, _title: string, href: string) => visited.push(href) });
  const told = vi.fn<(event: Event) => boolean>();
  vi.stubGlobal("dispatchEvent", told);
  setQuery({ text: "new", level: "" });
  expect(visited).toEqual(["/logs?text=new&service=shop"]);
  expect(told).toHaveBeenCalledOnce();
});
