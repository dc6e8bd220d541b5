/**
 * Images of the containers in the tests. `OBSBOX_IMAGES=official` takes what users pull, anything else what
 * `test/images/build-all.sh` has built of the same software.
 */
import { catalog, imageOf } from "../../stack/catalog.ts";

export const areOfficial = process.env["OBSBOX_IMAGES"] === "official";

/** Node.js with a shell; the one of the tests is Debian's and runs no TypeScript. */
export const nodeImage = areOfficial ? "node:24.21.0-bookworm-slim" : "obsbox-test/node";

/** Image of a component of the catalogue. */
export function imageFor(name: keyof typeof catalog): string {
  return areOfficial ? imageOf(catalog[name]) : `obsbox-test/${name}`;
}

/** Servers that only tests talk to: no components of the box. */
const servers = {
  postgres: "postgres:17",
  mariadb: "mariadb:11",
  redis: "redis:7",
  rabbitmq: "rabbitmq:4.3",
  kafka: "apache/kafka:4.3.1",
} as const;

export function imageOfServer(name: keyof typeof servers): string {
  return areOfficial ? servers[name] : `obsbox-test/${name}`;
}
