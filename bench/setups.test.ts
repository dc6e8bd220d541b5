import { describe, expect, test } from "vitest";
import { lineKinds } from "./lines.ts";
import { scrapedSetups } from "./scrape.ts";
import { setups } from "./setups.ts";

const names = setups.map(({ name }) => name);
const addresses = {
  url: "http://127.0.0.1:1",
  port: 1,
  securePort: 2,
  authorityFile: "/authority.pem",
  metricsPort: 3,
};

describe("the set-ups", () => {
  test("are named once, and what names one names one that is there", () => {
    expect(new Set(names).size).toBe(names.length);
    const named = [...setups.map(({ counterpart }) => counterpart ?? "bare"), ...scrapedSetups];
    expect([...named, ...lineKinds.map(({ setup }) => setup)].filter((name) => !names.includes(name))).toEqual([]);
  });

  test("pin every version exactly", () => {
    const versions = setups.flatMap(({ dependencies }) => Object.values(dependencies));
    expect(versions.filter((version) => version !== "pack:" && !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });

  test.each(setups.map((setup) => [setup.name, setup] as const))("%s talks to this machine only", (_, setup) => {
    const values = Object.values(setup.env?.(addresses) ?? {});
    const urls = values.filter((value) => value.includes("://")).map((value) => new URL(value).hostname);
    expect(urls.filter((host) => host !== "127.0.0.1")).toEqual([]);
  });
});
