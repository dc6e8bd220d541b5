/** What Compose makes of the box's files: its services, with the user's overrides and profiles. */
import { catalog } from "../../stack/catalog.ts";
import type { Box } from "../box/box.ts";
import { compose } from "./arguments.ts";
import { composeOutput } from "./compose.ts";
import { fieldsOf, parseDocuments, textOf } from "./read.ts";

export interface Service {
  readonly name: string;
  readonly image: string;
  /** Made on this machine where it is not there. */
  readonly isBuilt: boolean;
}

export async function readServices(box: Box): Promise<readonly Service[]> {
  return parseServices(await composeOutput(box, compose.config));
}

export function parseServices(text: string): readonly Service[] {
  const services = fieldsOf(parseDocuments(text)[0]?.["services"]);
  return Object.entries(services)
    .toSorted(byCatalogue)
    .map(([name, service]) => {
      const fields = fieldsOf(service);
      return { name, image: textOf(fields["image"]), isBuilt: fields["build"] !== undefined };
    });
}

const order = Object.keys(catalog);

/** As the catalogue has them; what users added stands at the end. */
function byCatalogue([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number {
  const place = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length);
  return place(left) - place(right);
}

/** Hash of each service's configuration: a container made from another one has to be made anew. */
export async function readHashes(box: Box): Promise<ReadonlyMap<string, string>> {
  const lines = (await composeOutput(box, compose.hashes)).trim().split("\n");
  return new Map(lines.map((line) => line.split(/\s+/)).map(([name = "", hash = ""]) => [name, hash]));
}
