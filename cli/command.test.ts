import { expect, test } from "vitest";
import { helpOf, readInput } from "./command.ts";
import type { Command } from "./command.ts";
import { UserError } from "./errors.ts";

const command: Command = {
  name: "try",
  about: "Tries things.",
  usage: "[-- program]",
  options: {
    port: { value: "PORT", about: "Port of it", env: "TRY_PORT", default: "1" },
    name: { value: "NAME", about: "Name of it" },
    open: { about: "Opens it" },
  },
  run: async () => 0,
};

test.each([
  ["the default", [], {}, "1"],
  ["the environment before the default", [], { TRY_PORT: "2" }, "2"],
  ["what is given before the environment", ["--port", "3"], { TRY_PORT: "2" }, "3"],
  ["what is given with a sign between", ["--port=4"], {}, "4"],
  ["the last of what is given", ["--port=4", "--port=5"], {}, "5"],
  ["nothing of what the program gets", ["--", "--port", "6"], {}, "1"],
])("an option is %s", (_what, args, env, port) => {
  expect(readInput(command, args, env).values["port"]).toBe(port);
});

test("a switch is on when it is there, an option without a default is not there", () => {
  const input = readInput(command, ["--open"], {});
  expect([input.isOn("open"), input.isOn("port"), input.values["name"]]).toEqual([true, false, undefined]);
  expect(readInput(command, [], {}).isOn("open")).toBe(false);
});

test("what stands behind -- is the program's, with another -- too", () => {
  expect(readInput(command, ["--open", "--", "node", "--", "--open"], {}).rest).toEqual(["node", "--", "--open"]);
  expect(readInput(command, ["--open"], {}).rest).toEqual([]);
});

test.each([
  ["an unknown option", ["--nope"], "--nope"],
  ["an option without its value", ["--port"], "--port"],
  ["a value for a switch", ["--open=yes"], "--open"],
  ["a program without --", ["node", "app.js"], "node"],
])("%s is a mistake of the user that names it and says what there is", (_what, args, named) => {
  expect(() => readInput(command, args, {})).toThrow(UserError);
  expect(() => readInput(command, args, {})).toThrow(
    expect.objectContaining({
      message: expect.stringMatching(new RegExp(`^obsbox try: .*${named}`)),
      hint: "expected --port, --name, --open",
      exitCode: 2,
    }),
  );
});

test("the help has every option with its default and its variable", () => {
  expect(helpOf(command)).toMatchInlineSnapshot(`
    "Tries things.

    Usage: obsbox try [options] [-- program]

      --port PORT  Port of it (default 1, TRY_PORT)
      --name NAME  Name of it
      --open       Opens it
      --help       Shows this text
    "
  `);
});

const withOperands: Command = {
  name: "things add",
  about: "Adds things.",
  operands: ["NAME", "[COLOUR]"],
  options: { label: { value: "LABEL", about: "Label", many: true } },
  run: async () => 0,
};

test("operands stand between options, those in brackets may be left out", () => {
  expect(readInput(withOperands, ["a", "--label", "x", "red"], {}).operands).toEqual(["a", "red"]);
  expect(readInput(withOperands, ["a"], {}).operands).toEqual(["a"]);
});

test.each([
  ["a missing one", [], "NAME is missing"],
  ["one too many", ["a", "b", "c"], "unexpected argument 'c'"],
])("%s is a mistake whose hint is the usage", (_what, args, message) => {
  expect(() => readInput(withOperands, args, {})).toThrow(
    expect.objectContaining({
      message: `obsbox things add: ${message}`,
      hint: "usage: obsbox things add [options] NAME [COLOUR]",
      exitCode: 2,
    }),
  );
});

test("an operand with dots stands for one or more", () => {
  const open: Command = { ...withOperands, operands: ["NAME", "ADDRESS..."] };
  expect(readInput(open, ["a", "b", "c"], {}).operands).toEqual(["a", "b", "c"]);
  expect(() => readInput(open, ["a"], {})).toThrow("ADDRESS... is missing");
});

test("an option that may be repeated keeps every value in order", () => {
  const input = readInput(withOperands, ["a", "--label=x", "--label", "y"], {});
  expect(input.all("label")).toEqual(["x", "y"]);
  expect(readInput(withOperands, ["a"], {}).all("label")).toEqual([]);
});
