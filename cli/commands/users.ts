/** `obsbox users`: who may sign in with a password of the box's own. */
import { fieldsOf, textOf } from "../docker/read.ts";
import { findBox, dirOption } from "../box/find.ts";
import { writeLink } from "../box/first-login.ts";
import type { Box } from "../box/box.ts";
import type { Command } from "../command.ts";
import { callCompanion } from "../companion/call.ts";
import { listUsers } from "../companion/users.ts";
import { UserError } from "../errors.ts";
import { jsonOption, print } from "../report/output.ts";
import { painter, widthOf } from "../report/style.ts";
import { renderTable } from "../report/table.ts";

const roles = ["viewer", "editor", "admin"] as const;
const options = { dir: dirOption, json: jsonOption } as const;

const list: Command = {
  name: "users list",
  about: "Lists the users with a password of the box's own.",
  options,
  async run(input) {
    const users = await listUsers(findBox(input.values["dir"]));
    print(input, users, () =>
      renderTable(
        [{ title: "USER", gives: true }, { title: "ROLE" }, { title: "PASSWORD" }],
        users.map(({ name, role, hasPassword, linkExpires }) => [
          name,
          role,
          hasPassword
            ? "yes"
            : { text: linkExpires === undefined ? "not yet" : `not yet; link until ${linkExpires}`, style: "busy" },
        ]),
        { width: widthOf(process.stdout), paint: painter(process.stdout) },
      ),
    );
    return 0;
  },
};

const add: Command = {
  name: "users add",
  about: "Adds a user, who chooses a password through a one-time link.",
  operands: ["NAME"],
  options: { ...options, role: { value: "ROLE", about: roles.join(", "), default: "viewer" } },
  async run(input) {
    const [name = ""] = input.operands;
    const box = findBox(input.values["dir"]);
    const role = readRole(input.values["role"]);
    const made = await linkFor(box, ["users", "add", name, "--role", role]);
    print(input, made, () => [`Added ${made.user} as ${role}.`, ...linkLines(made)]);
    return 0;
  },
};

const reset: Command = {
  name: "users reset",
  about: "Takes a user's password away and makes a new one-time link.",
  operands: ["NAME"],
  options,
  async run(input) {
    const [name = ""] = input.operands;
    const made = await linkFor(findBox(input.values["dir"]), ["users", "reset", name]);
    print(input, made, () => [`The password of ${made.user} is no longer valid.`, ...linkLines(made)]);
    return 0;
  },
};

const role: Command = {
  name: "users role",
  about: "Gives a user another role.",
  operands: ["NAME", "ROLE"],
  options,
  async run(input) {
    const [name = "", given] = input.operands;
    const changed = await callCompanion(findBox(input.values["dir"]), ["users", "role", name, readRole(given)]);
    print(input, changed, () => [`${name} is ${given ?? ""} now.`]);
    return 0;
  },
};

const remove: Command = {
  name: "users remove",
  about: "Removes a user; what sessions there are end.",
  operands: ["NAME"],
  options,
  async run(input) {
    const [name = ""] = input.operands;
    const changed = await callCompanion(findBox(input.values["dir"]), ["users", "remove", name]);
    print(input, changed, () => [`${name} is removed.`]);
    return 0;
  },
};

export const users: readonly Command[] = [list, add, role, reset, remove];

interface Link {
  readonly user: string;
  /** File that holds the link. */
  readonly path: string;
  readonly expires: string;
}

/** Has the companion make a one-time link, and keeps it in a file. */
async function linkFor(box: Box, args: readonly string[]): Promise<Link> {
  const answer = fieldsOf(await callCompanion(box, args));
  const user = textOf(answer["user"]);
  return { user, path: writeLink(box, user, textOf(answer["token"])), expires: textOf(answer["expires"]) };
}

function linkLines({ path, expires }: Link): readonly string[] {
  return [
    `The one-time link stands in ${path}`,
    `It can be used until ${expires}; whoever opens it first chooses the password.`,
  ];
}

function readRole(given: string | undefined): string {
  if (roles.some((known) => known === given)) return given ?? "";
  throw new UserError(`there is no role ${given ?? ""}`, { hint: `expected ${roles.join(", ")}`, exitCode: 2 });
}
