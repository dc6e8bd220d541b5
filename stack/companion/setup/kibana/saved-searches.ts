/**
 * Saved searches, through Kibana's export and import: made where missing, replaced by a newer version where nobody saved
 * over them, else left alone.
 */
import type { Client } from "../../elasticsearch/client.ts";
import { isStatus } from "../../elasticsearch/errors.ts";
import { listAt, textAt, valueAt } from "../../elasticsearch/json.ts";
import { inOrder } from "../step.ts";
import type { Outcome } from "../step.ts";
import { importLine, savedSearches, versionIn } from "./objects.ts";
import type { SavedSearch } from "./objects.ts";

export function applySavedSearches(kibana: Client, searches: readonly SavedSearch[] = savedSearches): Promise<Outcome> {
  return inOrder(searches, async (search) => {
    const current = await exported(kibana, search.id);
    if (current === undefined) {
      return (await importSearch(kibana, search, false)) ? `created saved search ${search.id}` : undefined;
    }
    if (!isOutdated(search, current)) return undefined;
    await importSearch(kibana, search, true);
    return `brought saved search ${search.id} up to date`;
  });
}

/** Whether a copy is an earlier version of the box's own that nobody saved over. */
export function isOutdated({ version }: SavedSearch, current: unknown): boolean {
  const installed = versionIn(textAt(current, "attributes", "description") ?? "");
  const created = textAt(current, "created_at");
  const isUntouched = created !== undefined && created === textAt(current, "updated_at");
  return isUntouched && installed !== undefined && installed < version;
}

/** @returns The object; undefined when there is none. */
async function exported(kibana: Client, id: string): Promise<unknown> {
  try {
    return await kibana.request("POST", "/api/saved_objects/_export", {
      objects: [{ type: "search", id }],
      excludeExportDetails: true,
    });
  } catch (error) {
    if (isStatus(error, 400, 404)) return undefined; // The answer for an object that does not exist.
    throw error;
  }
}

/**
 * @returns False when there is one already, and it may not be overwritten.
 * @throws Error with what Kibana says of the object.
 */
async function importSearch(kibana: Client, search: SavedSearch, overwrite: boolean): Promise<boolean> {
  const { body, type } = fileOf(`${JSON.stringify(importLine(search))}\n`);
  const answer = await kibana.request("POST", `/api/saved_objects/_import?overwrite=${overwrite}`, body, type);
  if (valueAt(answer, "success") === true) return true;
  const errors = listAt(answer, "errors").map((error) => textAt(error, "error", "type") ?? "unknown");
  if (!overwrite && errors.length > 0 && errors.every((error) => error === "conflict")) return false;
  throw new Error(
    `Kibana does not import the saved search ${search.id}: ${errors.join(", ") || JSON.stringify(answer)}`,
  );
}

/** A form with one file, the only thing that Kibana's import takes. */
function fileOf(content: string) {
  const boundary = "obsbox-saved-objects";
  const disposition = 'Content-Disposition: form-data; name="file"; filename="obsbox.ndjson"';
  const body = `--${boundary}\r\n${disposition}\r\nContent-Type: application/ndjson\r\n\r\n${content}\r\n--${boundary}--\r\n`;
  return { body, type: `multipart/form-data; boundary=${boundary}` };
}
