/** Local users of a box. */
import type { Box } from "../box/box.ts";
import { forgetFirstLogin, readFirstLogin } from "../box/first-login.ts";
import { fieldsOf, listOf, textOf } from "../docker/read.ts";
import { callCompanion } from "./call.ts";

export interface User {
  readonly name: string;
  readonly role: string;
  readonly hasPassword: boolean;
  /** End of a one-time link that was not used yet. */
  readonly linkExpires: string | undefined;
}

/** Name of the administrator whom a box has from the start. */
const firstUser = "admin";

export async function listUsers(box: Box): Promise<readonly User[]> {
  return listOf(await callCompanion(box, ["users", "list", "--json"])).map((row) => {
    const fields = fieldsOf(row);
    return {
      name: textOf(fields["user"]),
      role: textOf(fields["role"]),
      hasPassword: fields["hasPassword"] === true,
      linkExpires: textOf(fields["linkExpires"]) || undefined,
    };
  });
}

/** The link of the first administrator, for as long as it can be used: once it was, its file is removed. */
export async function unusedFirstLogin(box: Box): Promise<string | undefined> {
  const link = readFirstLogin(box);
  if (link === undefined) return undefined;
  const users = await listUsers(box).catch(() => undefined);
  const first = users?.find(({ name }) => name === firstUser);
  const isUsed = users !== undefined && (first === undefined || first.hasPassword || first.linkExpires !== undefined);
  if (isUsed) forgetFirstLogin(box);
  return isUsed ? undefined : link;
}
