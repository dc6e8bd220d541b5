/** Users with a role each, signed in through Nginx as a browser would. */
import { randomBytes } from "node:crypto";
import { waitFor } from "../../helpers/wait-for.ts";
import { runCompanion } from "./edge.ts";
import type { Edge } from "./edge.ts";
import { ask, valuesOf } from "./wire.ts";
import type { Door, Message, Reply } from "./wire.ts";

export const roles = ["viewer", "editor", "admin"] as const;
export type Role = (typeof roles)[number];

export interface Person {
  readonly name: string;
  readonly password: string;
  /** For the header `Cookie`. */
  readonly cookie: string;
}

export type People = Readonly<Record<Role, Person>>;

/** A page of ours sends this along. */
export const sameOrigin = { "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors" } as const;

export async function signInEverybody(edge: Edge): Promise<People> {
  return {
    viewer: await makePerson(edge, "viewer"),
    editor: await makePerson(edge, "editor"),
    admin: await makePerson(edge, "admin"),
  };
}

async function makePerson(edge: Edge, role: Role): Promise<Person> {
  const name = `v-${role}`;
  const { token = "" } = await runCompanion(edge, "users", "add", name, "--role", role);
  const password = randomBytes(12).toString("hex");
  const fields = { token, password, again: password };
  // Auth looks once a second whether its file has changed.
  const cookie = await waitFor(`a session of ${name}`, async () =>
    cookieOf(await postForm(edge.door, "/oauth2/password", fields)),
  );
  return { name, password, cookie };
}

export function signIn(door: Door, username: string, password: string, rd = "/"): Promise<Reply> {
  return postForm(door, "/oauth2/sign_in", { username, password, rd });
}

export function postForm(door: Door, target: string, fields: Readonly<Record<string, string>>): Promise<Reply> {
  const headers = {
    ...sameOrigin,
    "Sec-Fetch-Mode": "navigate",
    "Content-Type": "application/x-www-form-urlencoded",
  };
  // A password takes seconds to hash where all cores are busy.
  return ask(
    door,
    { method: "POST", target, headers, body: String(new URLSearchParams(fields)) },
    { timeoutMs: 60_000 },
  );
}

/** The session that an answer sets. */
export function cookieOf(reply: Reply): string {
  const cookie = valuesOf(reply, "set-cookie").find((value) => /^__Host-obsbox=[^;]/.test(value));
  if (cookie === undefined) throw new Error(`no session: status ${reply.status}, ${reply.error ?? reply.body}`);
  return cookie.split(";", 1)[0] ?? "";
}

/** A request of somebody's browser, from a page of ours. */
export function askAs({ cookie }: Pick<Person, "cookie">, door: Door, message: Message): Promise<Reply> {
  return ask(door, { ...message, headers: { ...sameOrigin, Cookie: cookie, ...message.headers } });
}
