import { property, assert, string } from "fast-check";
import { describe, expect, test } from "vitest";
import { datasetOf } from "./dataset.ts";

describe("a dataset", () => {
  test.each([
    ["orders", "orders"],
    ["Orders API", "orders_api"],
    ["@shop/orders-v2", "_shop_orders_v2"],
    ["unknown_service:node", "unknown_service_node"],
    ["straße", "stra_e"],
    ["a".repeat(120), "a".repeat(100)],
  ])("of the service %j is %j", (service, dataset) => {
    expect(datasetOf(service)).toBe(dataset);
  });

  test("holds what the name of a data stream may hold, whatever the service is called", () => {
    assert(
      property(string({ unit: "grapheme" }), (service) => {
        expect(datasetOf(service)).toMatch(/^[a-z0-9_.]{0,100}$/);
      }),
    );
  });
});
