/** Lines of a service that has no shipper, through the login of the box. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { register, startProgram } from "../helpers/run-program.ts";
import { waitFor } from "../helpers/wait-for.ts";
import { openBox } from "./box/box.ts";
import type { Box } from "./box/box.ts";

const spool = mkdtempSync(join(tmpdir(), "obsbox-spool-"));
let box: Box;

beforeAll(async () => {
  box = await openBox();
}, 10 * 60_000);
afterAll(() => rmSync(spool, { recursive: true, force: true }));

test("lines go through the box's login with the token of services, and are found", async () => {
  const name = `direct-${Date.now().toString(36)}`;
  const token = readFileSync(join(box.folder, "secrets/machine-token"), "utf8").trim();
  await using program = startProgram("elasticsearch-lines.mjs", {
    flags: register,
    args: ["500", "stay"],
    env: {
      OTEL_SERVICE_NAME: name,
      OBSBOX_ELASTICSEARCH_URL: `${box.origin}/es`,
      OBSBOX_ELASTICSEARCH_API_KEY: `Bearer ${token}`,
      OBSBOX_ELASTICSEARCH_CA_FILE: join(box.folder, "ca.crt"),
      OBSBOX_ELASTICSEARCH_SPOOL_DIR: spool,
    },
  });
  const query = { query: { term: { message: "placed" } } };
  const stream = `logs-${name.replace("-", "_")}-default`;
  await waitFor(
    "the lines",
    () => box.elasticsearch<{ count: number }>(`/${stream}/_count`, query).count === 500,
    60_000,
  );
  expect(program.stderr()).not.toContain("elasticsearch-unauthorized");
});
