import { expect, test } from "vitest";
import { sampleDashboard } from "../../../test/fixtures/sample-dashboard.ts";
import { listAt } from "../../../stack/companion/elasticsearch/json.ts";
import { contentDigest, contentOf, readMark, withMark } from "./mark.ts";

const mark = { version: "1.2.3-rc.1", wanted: "0123456789abcdef", stored: "fedcba9876543210" };

test("a mark is read back, and is a variable that nobody sees and no address carries", () => {
  const marked = withMark(sampleDashboard, mark);
  expect(readMark(marked)).toEqual(mark);
  expect(listAt(marked, "templating", "list").at(-1)).toMatchObject({ type: "constant", hide: 2, skipUrlSync: true });
});

test("a second mark takes the place of the first", () => {
  const second = { ...mark, version: "2.0.0" };
  const marked = withMark(withMark(sampleDashboard, mark), second);
  expect(readMark(marked)).toEqual(second);
  expect(contentOf(marked)).toEqual(contentOf(sampleDashboard));
});

test("the digest does not depend on the mark, on what Grafana counts, or on the order of keys", () => {
  const stored = { ...withMark(sampleDashboard, mark), version: 7, id: 12, iteration: 5 };
  const reversed = Object.fromEntries(Object.entries(stored).toReversed());
  expect(contentDigest(reversed)).toBe(contentDigest(sampleDashboard));
});

test("a dashboard saved under another name has another digest", () => {
  expect(contentDigest({ ...sampleDashboard, uid: "copy" })).not.toBe(contentDigest(sampleDashboard));
});

test.each([
  ["", undefined],
  ["1.2.3", undefined],
  ["1.2.3 0123456789abcdef", undefined],
])("%j is no mark", (query, expected) => {
  expect(readMark({ templating: { list: [{ name: "obsbox_import", type: "constant", query }] } })).toBe(expected);
});
