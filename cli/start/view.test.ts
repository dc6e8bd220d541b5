import { expect, test } from "vitest";
import { noPaint } from "../report/style.ts";
import type { ComponentProgress } from "./progress.ts";
import { frameOf } from "./view.ts";

const component = (name: string, phase: ComponentProgress["phase"], seconds?: number): ComponentProgress => ({
  name,
  phase,
  seconds,
  sinceSeconds: 0,
  falls: 0,
});
const screen = { width: 80, rows: 24, paint: noPaint };
const progress = [
  component("nginx", "waiting"),
  component("secrets", "done", 1),
  component("elasticsearch", "starting", 12.4),
];

test("the table has each component with its state and seconds, and the sum below", () => {
  expect(frameOf(progress, 14_000, screen)).toEqual([
    "  COMPONENT      STATE       SECONDS",
    "  nginx          waiting",
    "  secrets        done              1",
    "  elasticsearch  starting         12",
    "",
    "  1 of 3 ready   14 s",
  ]);
});

test("on a low terminal those that are ready are left out, then those that only wait; the sum stays", () => {
  expect(frameOf(progress, 14_000, { ...screen, rows: 6 })).toEqual([
    "  COMPONENT      STATE       SECONDS",
    "  elasticsearch  starting         12",
    "  nginx          waiting",
    "",
    "  1 of 3 ready   14 s",
  ]);
  expect(frameOf(progress, 14_000, { ...screen, rows: 5 }).join("\n")).not.toContain("nginx");
});

test("once all are ready the table stands alone, and whole", () => {
  const all = Array.from({ length: 30 }, (_, index) => component(`c${index}`, "healthy", 3));
  expect(frameOf(all, 5000, { ...screen, rows: Number.POSITIVE_INFINITY })).toHaveLength(31);
});
