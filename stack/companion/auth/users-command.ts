/** `companion users ...`: who may sign in with a password of the box's own. */
import { runVerb } from "./command.ts";
import type { Input, Output, Verb } from "./command.ts";
import type { AuditAction } from "./audit.ts";
import { OperatorError } from "../errors.ts";
import { isRole, roles } from "./roles.ts";
import type { Role } from "./roles.ts";
import { randomSecret } from "./secret-digest.ts";
import { dataDirOf } from "./settings.ts";
import { addUser, allUsers, changeRole, removeUser, resetUser } from "./users/changes.ts";
import { nameRule, normalName } from "./users/name.ts";
import { openUsers } from "./users/store.ts";
import type { User, UsersFile } from "./users/user.ts";

const roleOption = `--role ${roles.join("|")}`;

const verbs: readonly Verb[] = [
  { name: "list", words: [], options: "[--json]", run: list },
  { name: "add", words: ["NAME"], options: roleOption, run: add },
  { name: "reset", words: ["NAME"], options: "", run: reset },
  { name: "role", words: ["NAME", "ROLE"], options: "", run: role },
  { name: "remove", words: ["NAME"], options: "", run: remove },
];

/**
 * Lists and changes users; the service sees a change with its next request.
 *
 * @returns The exit code.
 */
export function runUsers(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  return runVerb("users", verbs, args, env);
}

async function list({ env }: Input): Promise<Output> {
  return { content: [...allUsers(openUsers(dataDirOf(env)).read()).values()].map(describe) };
}

async function add(input: Input): Promise<Output> {
  const [name, wanted] = [readName(input), readRole(input.options["role"])];
  return changeWithLink(input, "user-add", name, (file, token, now) => addUser(file, name, wanted, token, now));
}

async function reset(input: Input): Promise<Output> {
  const name = readName(input);
  return changeWithLink(input, "user-reset", name, (file, token, now) => resetUser(file, name, token, now));
}

async function role(input: Input): Promise<Output> {
  const [name, wanted] = [readName(input), readRole(input.words[1])];
  await change(input, (file) => changeRole(file, name, wanted, Date.now()));
  return { content: { user: name, role: wanted }, event: eventOf("user-role", name, wanted) };
}

async function remove(input: Input): Promise<Output> {
  const name = readName(input);
  await change(input, (file) => removeUser(file, name, Date.now()));
  return { content: { user: name, removed: true }, event: eventOf("user-remove", name) };
}

type ChangeWithToken = (file: UsersFile, token: string, now: number) => UsersFile;

async function changeWithLink(
  input: Input,
  action: AuditAction,
  name: string,
  apply: ChangeWithToken,
): Promise<Output> {
  const token = randomSecret();
  const user = (await change(input, (file) => apply(file, token, Date.now()))).users.get(name);
  const content = { user: name, token, expires: isoTime(user?.link?.expires) };
  return { content, event: eventOf(action, name, user?.role) };
}

function change({ env }: Input, apply: (file: UsersFile) => UsersFile): Promise<UsersFile> {
  return openUsers(dataDirOf(env)).change((file) => {
    const changed = apply(file);
    return [changed, changed];
  });
}

function eventOf(action: AuditAction, user: string, role?: Role): NonNullable<Output["event"]> {
  return { action, outcome: "success", user, ...(role === undefined ? {} : { labels: { role } }) };
}

function describe({ name, role, created, password, link }: User): object {
  const linkExpires = link === undefined ? {} : { linkExpires: isoTime(link.expires) };
  return {
    user: name,
    role,
    created: isoTime(created || undefined),
    hasPassword: password !== undefined,
    ...linkExpires,
  };
}

function isoTime(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : new Date(ms).toISOString();
}

function readName({ words }: Input): string {
  const [given = ""] = words;
  const name = normalName(given);
  if (name === undefined) throw new OperatorError(`"${given}" cannot be a user name`, `expected ${nameRule}`);
  return name;
}

function readRole(given: string | undefined): Role {
  if (isRole(given)) return given;
  const problem = given === undefined ? "there is no role" : `there is no role "${given}"`;
  throw new OperatorError(problem, `expected ${roles.join(", ")}`);
}
