/** Roles, users and the passwords of both Elasticsearch's own users and the box's. */
import { elasticsearchUsers } from "../../../secrets.ts";
import type { Client } from "../../elasticsearch/client.ts";
import { isStatus } from "../../elasticsearch/errors.ts";
import { covers, valueAt } from "../../elasticsearch/json.ts";
import { declare } from "../declared.ts";
import { inOrder } from "../step.ts";
import type { Outcome, SetupContext } from "../step.ts";
import { ownUsers, roles } from "./roles.ts";
import type { OwnUser } from "./roles.ts";

export function applyRoles({ elasticsearch }: SetupContext): Promise<Outcome> {
  return inOrder(ownUsers, (key) => {
    const name = elasticsearchUsers[key].user;
    const path = `/_security/role/${name}`;
    return declare(elasticsearch, { path, name, body: roles[key], read: (answer) => valueAt(answer, name) });
  });
}

export function applyUsers(context: SetupContext): Promise<Outcome> {
  return inOrder(ownUsers, (key) => applyUser(context, key));
}

/** Kibana's own user comes with Elasticsearch and waits for a password. */
export function applyKibanaPassword({ elasticsearch, passwordOf }: SetupContext): Promise<Outcome> {
  const { user } = elasticsearchUsers.kibana;
  return inOrder([user], async () => {
    const password = passwordOf("kibana");
    if (await signsIn(elasticsearch, user, password)) return undefined;
    await elasticsearch.request("POST", `/_security/user/${user}/_password`, { password });
    return `set the password of ${user}`;
  });
}

async function applyUser({ elasticsearch, passwordOf }: SetupContext, key: OwnUser): Promise<string | undefined> {
  const { user, about } = elasticsearchUsers[key];
  const path = `/_security/user/${user}`;
  const body = { roles: [user], full_name: `obsbox: ${about}`, enabled: true, metadata: { managed_by: "obsbox" } };
  const current = valueAt(await elasticsearch.find(path), user);
  const isAsDeclared = covers(body, current);
  const password = passwordOf(key);
  const isPasswordRight = current !== undefined && (await signsIn(elasticsearch, user, password));
  if (isAsDeclared && isPasswordRight) return undefined;
  // The password is sent only where it is wrong: a new hash for the same password would be a change.
  await elasticsearch.request("PUT", path, isPasswordRight ? body : { ...body, password });
  return `${current === undefined ? "created" : "changed"} ${user}`;
}

async function signsIn(client: Client, user: string, password: string): Promise<boolean> {
  try {
    await client.as(user, password).request("GET", "/_security/_authenticate");
    return true;
  } catch (error) {
    if (isStatus(error, 401)) return false;
    throw error;
  }
}
