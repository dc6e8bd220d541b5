import { describe, expect, test } from "vitest";
import { elasticsearchUsers } from "../../../secrets.ts";
import { ownUsers, roles } from "./roles.ts";

describe("the roles", () => {
  test("are there for every user that the box makes", () => {
    const builtIn = new Set(["elastic", "kibana"]);
    expect(ownUsers.toSorted()).toEqual(
      Object.keys(elasticsearchUsers)
        .filter((user) => !builtIn.has(user))
        .toSorted(),
    );
  });

  test("let shippers add lines and nothing else", () => {
    for (const user of ["filebeat", "ingest"] as const) {
      expect(roles[user].indices).toEqual([{ names: ["logs-*-*"], privileges: ["create_doc", "auto_configure"] }]);
    }
  });

  test("let only the keeper and administrators delete", () => {
    const deleting = /^(all|manage|delete|delete_index|write)$/;
    const able = ownUsers.filter((user) =>
      roles[user].indices.some(({ privileges }) => privileges.some((privilege) => deleting.test(privilege))),
    );
    expect(able).toEqual(["keeper", "admin"]);
  });

  test("show refused lines to administrators only", () => {
    const able = ownUsers.filter((user) => JSON.stringify(roles[user]).includes("failure_store"));
    expect(able).toEqual(["admin"]);
  });
});
