import { expect, test } from "vitest";
import { readInput } from "../command.ts";
import { choiceOptions, readChoices, settingsOf, sizeByMemory } from "./choices.ts";

const read = (...args: string[]) =>
  readChoices(readInput({ name: "init", about: "", options: choiceOptions, run: async () => 0 }, args, {}));

test("options are settings of the box", () => {
  expect(read("--port", "8443", "--host", "obs.example", "--profile", "host", "--profile=docker-logs,host")).toEqual({
    size: undefined,
    settings: { OBSBOX_PORT: "8443", OBSBOX_HOST: "obs.example", COMPOSE_PROFILES: "host,docker-logs" },
  });
});

test.each([
  ["--port", "0"],
  ["--port", "70000"],
  ["--host", "https://obs.example"],
  ["--host", "a b"],
  ["--name", "Big Box"],
  ["--size", "huge"],
  ["--profile", "apm"],
])("%s %s is refused with what was expected", (option, value) => {
  const error = expect.objectContaining({ hint: expect.stringMatching(/^expected/), exitCode: 2 });
  expect(() => read(option, value)).toThrow(error);
  expect(() => read(option, value)).toThrow(`${option}: got ${JSON.stringify(value)}`);
});

test("a box is open to other machines only once it has a name", () => {
  expect(settingsOf(read())).not.toHaveProperty("OBSBOX_BIND");
  expect(settingsOf(read("--host", "localhost"))).not.toHaveProperty("OBSBOX_BIND");
  expect(settingsOf(read("--host", "obs.example"))).toMatchObject({ OBSBOX_BIND: "0.0.0.0" });
});

test("log files are of the group of who makes the box", () => {
  expect(settingsOf(read())).toMatchObject({ OBSBOX_LOG_GROUP: String(process.getgid?.() ?? 1000) });
});

test.each([
  [4, "small"],
  [6.9, "small"],
  [7, "standard"],
  [64, "standard"],
])("a machine with %d GiB gets a box of size %s", (gibibytes, size) => {
  expect(sizeByMemory(gibibytes * 1024 ** 3)).toBe(size);
});
