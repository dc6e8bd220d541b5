import { afterEach, expect, test, vi } from "vitest";
import { readInput } from "../command.ts";
import { dev } from "./dev.ts";

afterEach(() => void vi.unstubAllEnvs());

const own = ["--data", "none", "--port", "0", "--otlp-port", "0"];

test.each([
  ["without a token", undefined],
  ["with an empty token", ""],
])("a box %s is not opened to other machines", async (_what, token) => {
  vi.stubEnv("OBSBOX_DEV_TOKEN", token);
  const input = readInput(dev, [...own, "--host", "0.0.0.0", "--", "node", "--version"], {});
  await expect(dev.run(input)).rejects.toMatchObject({ name: "UserError", hint: /OBSBOX_DEV_TOKEN/ });
});

test.each([
  ["--port", "70000"],
  ["--otlp-port", "x"],
  ["--retention", "always"],
  ["--scrape", "0s"],
])("%s %s is refused before anything is opened", async (option, value) => {
  const input = readInput(dev, [...own, option, value], {});
  await expect(dev.run(input)).rejects.toMatchObject({ message: `${option}: got "${value}"`, exitCode: 2 });
});
