/** The steps from a box that is in order to one that runs. */
import type { Prepared } from "../box/prepare.ts";
import { listContainers } from "../docker/containers.ts";
import { readServices } from "../docker/model.ts";
import { buildCompanion } from "./companion.ts";
import { isCurrent } from "./current.ts";
import { trackProgress } from "./progress.ts";
import { startBox } from "./start.ts";
import type { Outcome } from "./start.ts";
import type { StartView } from "./view.ts";

interface Options {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly view: StartView;
}

export async function bringUp(prepared: Prepared, { timeoutMs, signal, view }: Options): Promise<Outcome> {
  const { box } = prepared;
  const services = await readServices(box);
  const names = services.map(({ name }) => name);
  const isBuilt = await buildCompanion(box, services, { signal, onLine: (line) => view.note("building", line) });
  if (!isBuilt && !prepared.hasChanged && (await isCurrent(box, services))) {
    const now = trackProgress(names, 0).update(await listContainers(box), new Set(), 0);
    const progress = now.map((component) => ({ ...component, seconds: undefined }));
    return { kind: "ready", isUnchanged: true, progress, culprits: [], message: undefined, elapsedMs: 0 };
  }
  const onProgress = view.show;
  return startBox(box, { services: names, changed: changedComponents(prepared), timeoutMs, signal, onProgress });
}

/** Components that read a certificate when they start: their own, or the one of the authority of the server they call. */
const certificateReaders: Readonly<Record<string, readonly string[]>> = {
  ca: ["nginx", "elasticsearch", "kibana", "grafana", "jaeger", "filebeat", "elasticsearch-exporter", "keeper"],
  nginx: ["nginx"],
  elasticsearch: ["elasticsearch"],
};

/** Folders whose folders are the components that read what lies in them. */
const read: ReadonlySet<string> = new Set(["config", "generated"]);

/** Components whose files differ from those that they have read, if they run. */
export function changedComponents({
  files,
  certificates,
}: Pick<Prepared, "files" | "certificates">): readonly string[] {
  const ofFiles = files
    .map((path) => path.split(/[/\\]/))
    .flatMap(([top = "", name, rest]) => (read.has(top) && name !== undefined && rest !== undefined ? [name] : []));
  const ofCertificates = certificates.flatMap(({ name }) => certificateReaders[name] ?? []);
  return [...new Set([...ofFiles, ...ofCertificates])];
}
