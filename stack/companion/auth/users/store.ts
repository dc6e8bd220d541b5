/** users.json, read by the server and changed by the commands. */
import { join } from "node:path";
import { openDataFile } from "../files/data-file.ts";
import type { DataFile } from "../files/data-file.ts";
import { formatUsers, noUsers, parseUsers } from "./user.ts";
import type { UsersFile } from "./user.ts";

/** @throws OperatorError when the file is there and cannot be read. */
export function openUsers(dataDir: string, onProblem?: (message: string) => void): DataFile<UsersFile> {
  return openDataFile({
    path: join(dataDir, "users.json"),
    empty: noUsers,
    parse: parseUsers,
    format: formatUsers,
    ...(onProblem === undefined ? {} : { onProblem }),
  });
}
