import { expect, test } from "vitest";
import { createDestinations } from "./messaging-names.ts";

test("a topic and a queue are known by their names", () => {
  const destinationOf = createDestinations();
  expect(destinationOf("orders")).toEqual({ name: "orders", isTemporary: false, label: "orders" });
  expect(destinationOf("2026.invoices_v2")).toMatchObject({ label: "2026.invoices_v2" });
});

test.each([
  "amq.gen-JzTY20BRgKO-HjmUJj0wLg",
  "amq.rabbitmq.reply-to.g1h2AA5yZXBseUAxMTU5MDI",
  "answers-6fa459ea-ee8a-3ca4-894e-db77e160355e",
])("%s, whose name was made up, is one of the temporary ones", (name) => {
  expect(createDestinations()(name)).toEqual({ name: undefined, isTemporary: true, label: "(temporary)" });
});

test("amq.topic is an exchange that stays", () => {
  expect(createDestinations()("amq.topic").label).toBe("amq.topic");
});

test("of many names, the first 200 are labels, and these stay so", () => {
  const destinationOf = createDestinations();
  const labels = Array.from({ length: 300 }, (_, index) => destinationOf(`orders-${index}`).label);
  expect(labels.filter((label) => label !== undefined)).toHaveLength(200);
  expect(destinationOf("orders-299")).toEqual({ name: "orders-299", isTemporary: false, label: undefined });
  expect(destinationOf("orders-0").label).toBe("orders-0");
});
