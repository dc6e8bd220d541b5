/** Sessions that were signed out before they would have ended by themselves; they stay out after a restart. */
import { join } from "node:path";
import { openDataFile } from "../files/data-file.ts";
import type { DataFile } from "../files/data-file.ts";
import { fieldsOf, listOf, numberOf, textOf } from "../files/fields.ts";
import type { Session } from "./session.ts";

interface Revoked {
  /** Kind and name of the user. */
  readonly user: string;
  /** The session that has ended; absent when all of the user have that began until `until`. */
  readonly id?: string;
  readonly until: number;
  /** When the entry can be forgotten. */
  readonly expires: number;
}

export interface Revocations {
  /** @param expires - When the session would have ended by itself, milliseconds since 1970. */
  revoke(session: Session, expires: number): Promise<void>;
  isRevoked(session: Session): boolean;
}

/** Signed out sessions of one user that are kept apart. Beyond that all sessions of the user end, in one entry. */
const maxPerUser = 64;

/** @throws OperatorError when the file is there and cannot be read. */
export function openRevocations(dataDir: string, now: () => number = Date.now): Revocations {
  const file: DataFile<readonly Revoked[]> = openDataFile<readonly Revoked[]>({
    path: join(dataDir, "revoked-sessions.json"),
    empty: [],
    parse: (json) => listOf(json, "the file").map(parseRevoked),
    format: (entries) => entries,
    checkEveryMs: Infinity, // Nobody else writes it.
  });
  let index = indexOf(file.read());
  return {
    async revoke(session, expires) {
      const entry = { user: keyOf(session), id: session.id, until: now(), expires };
      index = await file.change((entries) => {
        const after = compact([...entries.filter((old) => old.expires > now()), entry], entry.user);
        return [after, indexOf(after)];
      });
    },
    isRevoked: (session) => index.ids.has(session.id) || session.started <= (index.users.get(keyOf(session)) ?? -1),
  };
}

function keyOf({ kind, user }: Session): string {
  return `${kind} ${user}`;
}

function compact(entries: readonly Revoked[], user: string): readonly Revoked[] {
  const own = entries.filter((entry) => entry.user === user);
  if (own.length <= maxPerUser) return entries;
  const until = Math.max(...own.map((entry) => entry.until));
  const expires = Math.max(...own.map((entry) => entry.expires));
  return [...entries.filter((entry) => entry.user !== user), { user, until, expires }];
}

interface Index {
  readonly ids: ReadonlySet<string>;
  readonly users: ReadonlyMap<string, number>;
}

function indexOf(entries: readonly Revoked[]): Index {
  const ids = entries.flatMap(({ id }) => (id === undefined ? [] : [id]));
  const users = entries.filter(({ id }) => id === undefined).map(({ user, until }) => [user, until] as const);
  return { ids: new Set(ids), users: new Map(users) };
}

function parseRevoked(json: unknown): Revoked {
  const fields = fieldsOf(json, "an entry");
  return {
    user: textOf(fields, "user"),
    ...(fields["id"] === undefined ? {} : { id: textOf(fields, "id") }),
    until: numberOf(fields, "until"),
    expires: numberOf(fields, "expires"),
  };
}
