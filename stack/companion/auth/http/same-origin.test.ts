import { expect, test } from "vitest";
import { isFromOurPage, isOwnNavigation } from "./same-origin.ts";

const ours = "https://box.test";

test.each([
  [{ "sec-fetch-site": "same-origin", origin: "null" }, true],
  [{ "sec-fetch-site": "same-origin" }, true],
  [{ "sec-fetch-site": "same-site", origin: ours }, false],
  [{ "sec-fetch-site": "cross-site", origin: ours }, false],
  [{ "sec-fetch-site": "none" }, false],
  [{ origin: ours }, true],
  [{ origin: "null" }, false],
  [{ origin: "https://box.test.evil.test" }, false],
  [{}, false],
])("a form with %j is from our page: %s", (headers, expected) => {
  expect(isFromOurPage(headers, ours)).toBe(expected);
});

test.each([
  [{ "sec-fetch-site": "same-origin", "sec-fetch-mode": "navigate" }, true],
  [{ "sec-fetch-site": "none", "sec-fetch-mode": "navigate" }, true],
  [{ "sec-fetch-site": "same-origin", "sec-fetch-mode": "no-cors" }, false],
  [{ "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" }, false],
  [{}, false],
])("a link with %j was followed on purpose: %s", (headers, expected) => {
  expect(isOwnNavigation(headers)).toBe(expected);
});
