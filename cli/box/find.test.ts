import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { defaultFolder, findBox, locateBox } from "./find.ts";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "obsbox-find-")));
mkdirSync(join(folder, "box/config"), { recursive: true });
mkdirSync(join(folder, "box/custom/deep"), { recursive: true });
mkdirSync(join(folder, "foreign/below"), { recursive: true });
writeFileSync(join(folder, "box/compose.yaml"), "");
writeFileSync(join(folder, "box/config/.obsbox-version"), "");
writeFileSync(join(folder, "foreign/compose.yaml"), "");

test.each([
  ["the folder that is named", "box", folder, join(folder, "box")],
  [
    "the one that is named, although this is another one",
    "elsewhere",
    join(folder, "box"),
    join(folder, "box/elsewhere"),
  ],
  ["this folder", undefined, join(folder, "box"), join(folder, "box")],
  ["one above", undefined, join(folder, "box/custom/deep"), join(folder, "box")],
  [
    "the one at home, when a compose.yaml is somebody else's",
    undefined,
    join(folder, "foreign/below"),
    defaultFolder(),
  ],
  ["the one at home, when the name is empty", "", folder, defaultFolder()],
])("the box is %s", (_what, dir, from, expected) => {
  expect(locateBox(dir, from)).toBe(expected);
});

test("where there is no box the error says how to make one", () => {
  expect(findBox("box", folder).folder).toBe(join(folder, "box"));
  expect(() => findBox("foreign", folder)).toThrow(
    expect.objectContaining({ hint: expect.stringContaining("obsbox up") }),
  );
});
