/** The services that have sent something, each with all its attributes; other tables refer to them by number. */
import type { Resource } from "../records.ts";
import { rows } from "./database.ts";
import type { Database } from "./database.ts";

export interface ResourceTable {
  /** Finds or makes the number of a resource, and notes that it was seen. */
  idOf(resource: Resource): number;
  get(id: number): Resource | undefined;
  /** Writes down when each was seen last. */
  touch(): void;
  /** Looks everything up again: rows have been deleted. */
  forget(): void;
  /** Services seen since a moment. */
  services(sinceUs: number): ServiceInfo[];
  /** Services that have told where they serve their metrics, the ones seen last first. */
  scrapeTargets(): ScrapeTarget[];
}

export interface ServiceInfo {
  readonly name: string;
  readonly versions: readonly string[];
  readonly instances: number;
  readonly lastUs: number;
}

export interface ScrapeTarget {
  readonly url: string;
  readonly resource: Resource;
  readonly lastUs: number;
}

interface ResourceRow {
  readonly id: number;
  readonly attributes: string;
}

/** More than any window holds; what is forgotten is looked up again. */
const maxKnown = 10_000;

export function createResourceTable(database: Database): ResourceTable {
  const find = database.prepare("SELECT id, attributes FROM resources WHERE key = :key");
  const findById = database.prepare("SELECT id, attributes FROM resources WHERE id = :id");
  const insert = database.prepare(`
    INSERT INTO resources (key, service, version, instance, admin_url, attributes, last_us)
    VALUES (:key, :service, :version, :instance, :adminUrl, :key, :lastUs)`);
  const withAdminUrl = database.prepare(`
    SELECT admin_url AS url, attributes, last_us AS lastUs FROM resources
    WHERE admin_url IS NOT NULL ORDER BY last_us DESC LIMIT 100`);
  const byService = database.prepare(`
    SELECT service AS name, json_group_array(DISTINCT version) AS versions, count(DISTINCT instance) AS instances,
           max(last_us) AS lastUs
    FROM resources WHERE last_us >= :sinceUs GROUP BY service ORDER BY service`);
  const update = database.prepare("UPDATE resources SET last_us = :lastUs WHERE id = :id");
  const ids = new Map<string, number>();
  let byObject = new WeakMap<Resource, number>();
  const seen = new Set<number>();

  const create = (key: string, resource: Resource): number => {
    const [known] = rows<ResourceRow>(find, { key });
    if (known !== undefined) return known.id;
    const text = (name: string) => (typeof resource[name] === "string" ? resource[name] : null);
    const parameters = {
      key,
      service: text("service.name") ?? "unknown_service",
      version: text("service.version"),
      instance: text("service.instance.id"),
      adminUrl: text("obsbox.admin.url") || null,
      lastUs: Date.now() * 1000,
    };
    return Number(insert.run(parameters).lastInsertRowid);
  };

  const touch = () => {
    const lastUs = Date.now() * 1000;
    for (const id of seen) update.run({ id, lastUs });
    seen.clear();
  };

  return {
    touch,
    forget() {
      ids.clear();
      byObject = new WeakMap();
    },
    idOf(resource) {
      const fast = byObject.get(resource);
      if (fast !== undefined) {
        seen.add(fast);
        return fast;
      }
      const key = JSON.stringify(Object.fromEntries(Object.entries(resource).toSorted(([a], [b]) => (a < b ? -1 : 1))));
      const id = ids.get(key) ?? create(key, resource);
      if (ids.size > maxKnown) ids.clear();
      ids.set(key, id);
      byObject.set(resource, id);
      seen.add(id);
      return id;
    },
    get(id) {
      const [row] = rows<ResourceRow>(findById, { id });
      return row === undefined ? undefined : JSON.parse(row.attributes);
    },
    services: (sinceUs) =>
      rows<Omit<ServiceInfo, "versions"> & { readonly versions: string }>(byService, { sinceUs }).map((row) => ({
        ...row,
        versions: parseVersions(row.versions),
      })),
    scrapeTargets: () =>
      rows<Pick<ScrapeTarget, "url" | "lastUs"> & { readonly attributes: string }>(withAdminUrl).map(
        ({ attributes, ...target }) => ({ ...target, resource: JSON.parse(attributes) }),
      ),
  };
}

function parseVersions(json: string): string[] {
  const versions: (string | null)[] = JSON.parse(json);
  return versions.filter((version) => version !== null).toSorted();
}
