import { mkdirSync, mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { listTargets, parseLabels, removeTarget, writeTarget } from "./targets.ts";

const box = { folder: "" };
beforeEach(() => void (box.folder = mkdtempSync(join(tmpdir(), "obsbox-targets-"))));
const orders = { name: "orders", addresses: ["host.docker.internal:9464", "[fd00::1]:9464"], labels: { team: "shop" } };
const file = () => join(box.folder, "custom/prometheus/targets/orders.json");

test("a target is a file in the format of Prometheus' file discovery, which its container can read", () => {
  expect(writeTarget(box, orders)).toBe(true);
  expect(JSON.parse(readFileSync(file(), "utf8"))).toEqual([{ targets: orders.addresses, labels: { team: "shop" } }]);
  expect((statSync(file()).mode & 0o777).toString(8)).toBe("644");
  expect(writeTarget(box, orders)).toBe(false);
  expect(listTargets(box)).toEqual([orders]);
});

test("a target that is removed is gone, one that is not there names those that are", () => {
  writeTarget(box, orders);
  expect(() => removeTarget(box, "others")).toThrow(expect.objectContaining({ hint: "there are: orders" }));
  removeTarget(box, "orders");
  expect(listTargets(box)).toEqual([]);
});

test("a file that somebody else broke is listed without addresses", () => {
  mkdirSync(join(file(), ".."), { recursive: true });
  writeFileSync(file(), "[{");
  expect(listTargets(box)).toEqual([{ name: "orders", addresses: [], labels: {} }]);
});

test.each([
  ["https://orders:9464", "scrape.d"],
  ["http://orders:9464", "without http://"],
  ["orders:9464/metrics", "scrape.d"],
  ["localhost:9464", "host.docker.internal:PORT"],
  ["127.0.0.1:9464", "host.docker.internal:PORT"],
  ["orders", "HOST:PORT, for instance"],
  ["orders:0", "HOST:PORT, for instance"],
  ["orders:65536", "HOST:PORT, for instance"],
  ["or ders:9464", "HOST:PORT, for instance"],
  ["[::1:9464", "HOST:PORT, for instance"],
])("the address %s is refused with %j", (address, hint) => {
  const error = expect.objectContaining({ hint: expect.stringContaining(hint), exitCode: 2 });
  expect(() => writeTarget(box, { ...orders, addresses: [address] })).toThrow(error);
});

test.each(["../orders", "", "a/b", ".hidden"])("the name %j is refused", (name) => {
  expect(() => writeTarget(box, { ...orders, name })).toThrow("the name: got");
  expect(() => removeTarget(box, name)).toThrow("the name: got");
});

test.each(["__scheme__", "1team", "te-am", ""])("the label %j is refused", (label) => {
  expect(() => writeTarget(box, { ...orders, labels: { [label]: "x" } })).toThrow("--label: got");
});

test("labels are names and values, the value may be empty or hold a =", () => {
  expect(parseLabels(["team=shop", "a=b=c", "empty="])).toEqual({ team: "shop", a: "b=c", empty: "" });
  expect(() => parseLabels(["team"])).toThrow('--label: got "team"');
});
