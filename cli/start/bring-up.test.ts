import { expect, test } from "vitest";
import { changedComponents } from "./bring-up.ts";

test.each([
  [
    ["config/nginx/templates/a.template", "config/nginx/nginx.conf", "config/prometheus/rules/a.yml"],
    ["nginx", "prometheus"],
  ],
  [["config/.obsbox-version", "compose.yaml", "companion/companion.mjs"], []],
])("components that read %j are %j", (files, expected) => {
  expect(changedComponents({ files, certificates: [] })).toEqual(expected);
});

test("a new certificate concerns who serves it", () => {
  const certificates = [{ name: "elasticsearch", reason: "" }];
  expect(changedComponents({ files: [], certificates })).toEqual(["elasticsearch"]);
});

test("a new authority concerns who serves by it and who calls them", () => {
  const changed = changedComponents({ files: [], certificates: [{ name: "ca", reason: "" }] });
  expect(changed).toEqual(expect.arrayContaining(["nginx", "elasticsearch", "kibana", "filebeat", "keeper"]));
});
