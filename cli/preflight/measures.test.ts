import { expect, test } from "vitest";
import { bytesOf, gigabytes, isOlder, overlaps } from "./measures.ts";

test.each([
  ["20.10.24+dfsg1", "20.10", false],
  ["20.9.1", "20.10", true],
  ["19.03.15", "20.10", true],
  ["28.2.2", "28", false],
  ["27.5.1", "28", true],
  ["2.40.3-3", "2.30", false],
  ["v2.29.7", "2.30", true],
  ["5.0.1", "2.30", false],
  ["", "2.30", true],
])("version %j is older than %s: %s", (version, than, expected) => {
  expect(isOlder(version, than)).toBe(expected);
});

test.each([
  ["512m", 536_870_912],
  ["2g", 2_147_483_648],
  ["10GB", 1e10],
  ["much", 0],
])("the size %s has %i bytes", (size, bytes) => {
  expect(bytesOf(size)).toBe(bytes);
});

test("bytes are said in gigabytes", () => expect(gigabytes(6_245_000_000)).toBe("6.2 GB"));

test.each([
  ["172.31.250.0/29", "172.31.0.0/16", true],
  ["172.31.0.0/16", "172.31.250.0/29", true],
  ["172.31.250.0/29", "172.31.250.0/29", true],
  ["172.31.250.0/29", "172.31.250.8/29", false],
  ["172.31.250.0/29", "10.0.0.0/8", false],
  ["172.31.250.0/29", "fd00::/8", false],
  ["172.31.250.0/29", "", false],
])("%s overlaps %s: %s", (left, right, expected) => {
  expect(overlaps(left, right)).toBe(expected);
});
