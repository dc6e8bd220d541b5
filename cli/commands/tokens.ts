/** `obsbox tokens`: what services and other machines send with what they send. */
import { dirOption, findBox } from "../box/find.ts";
import type { Command } from "../command.ts";
import { callCompanion } from "../companion/call.ts";
import { fieldsOf, listOf, textOf } from "../docker/read.ts";
import { jsonOption, print, say } from "../report/output.ts";
import { painter, widthOf } from "../report/style.ts";
import { renderTable } from "../report/table.ts";

const options = { dir: dirOption, json: jsonOption } as const;

const list: Command = {
  name: "tokens list",
  about: "Lists the tokens of machines, without the tokens themselves.",
  options,
  async run(input) {
    const tokens = listOf(await callCompanion(findBox(input.values["dir"]), ["tokens", "list", "--json"])).map(
      fieldsOf,
    );
    print(input, tokens, () =>
      renderTable(
        ["NAME", "SCOPES", "EXPIRES", "LAST USED"].map((title) => ({ title })),
        tokens.map((token) => [
          textOf(token["name"]),
          listOf(token["scopes"]).map(String).join(","),
          textOf(token["expires"]) || "never",
          textOf(token["lastUsed"]) || "never",
        ]),
        { width: widthOf(process.stdout), paint: painter(process.stdout) },
      ),
    );
    return 0;
  },
};

const create: Command = {
  name: "tokens create",
  about: "Makes a token for a machine, and prints it this once.",
  operands: ["NAME"],
  options: {
    ...options,
    scope: { value: "SCOPES", about: "What it may send: otlp, push, es, with commas between", default: "otlp" },
    expires: { value: "TIME", about: "Until when, such as 90d; without it for ever" },
  },
  async run(input) {
    const [name = ""] = input.operands;
    const { scope = "", expires } = input.values;
    const until = expires === undefined ? [] : ["--expires", expires];
    const answer = await callCompanion(findBox(input.values["dir"]), [
      "tokens",
      "create",
      name,
      "--scope",
      scope,
      ...until,
    ]);
    say("The token is shown this once and kept nowhere:");
    print(input, answer, () => [textOf(fieldsOf(answer)["token"])]);
    return 0;
  },
};

const revoke: Command = {
  name: "tokens revoke",
  about: "Ends a token; who sends it is refused from the next request on.",
  operands: ["NAME"],
  options,
  async run(input) {
    const [name = ""] = input.operands;
    const answer = await callCompanion(findBox(input.values["dir"]), ["tokens", "revoke", name]);
    print(input, answer, () => [`${name} is revoked.`]);
    return 0;
  },
};

export const tokens: readonly Command[] = [list, create, revoke];
