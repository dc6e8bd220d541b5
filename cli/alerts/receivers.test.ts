import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readReceivers, writeReceivers } from "./receivers.ts";

const newBox = () => ({ folder: mkdtempSync(join(tmpdir(), "obsbox-receivers-")) });
const write = (box: { readonly folder: string }, text: string) => {
  mkdirSync(join(box.folder, "custom/alertmanager"), { recursive: true });
  writeFileSync(join(box.folder, "custom/alertmanager/receivers.yml"), text);
};

test("a box without the file has no receivers", () => {
  expect(readReceivers(newBox())).toEqual({ receivers: [], officeHours: undefined, hasHeartbeat: false });
});

test("what is written is read again", () => {
  const box = newBox();
  const given = {
    receivers: [{ name: "family", type: "telegram", for: "critical", settings: { chat_id: "-100" } }],
    officeHours: { days: "monday:friday", from: "08:00", to: "18:00", timeZone: "UTC" },
  } as const;
  expect([writeReceivers(box, given), writeReceivers(box, given)]).toEqual([true, false]);
  expect(readReceivers(box)).toMatchObject(given);
});

test("numbers and what is left out are taken from a file that a person wrote", () => {
  const box = newBox();
  write(box, "receivers:\n  - { name: family, type: telegram, settings: { chat_id: -100 } }\n");
  expect(readReceivers(box).receivers).toEqual([
    { name: "family", type: "telegram", for: "all", settings: { chat_id: "-100" } },
  ]);
});

test.each([
  ["receivers: [", /receivers\.yml is no YAML/],
  ["receivers: [{ name: a, type: slack }, { name: a, type: discord }]", /two receivers of the name a/],
  ["receivers: [{ name: a, type: slack, for: everybody }]", /--for .*"everybody"/],
  ["receivers: [{ name: a }]", /the type .*""/],
  ["office_hours: { days: monday, from: 9 }", /the hours/],
])("the file %j is refused", (text, expected) => {
  const box = newBox();
  write(box, text);
  expect(() => readReceivers(box)).toThrow(expected);
  expect(readFileSync(join(box.folder, "custom/alertmanager/receivers.yml"), "utf8")).toBe(text);
});
