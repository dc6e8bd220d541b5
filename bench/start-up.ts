/** From the start of the process until it listens, and what it occupies then. */
import { routes } from "./routes.ts";
import { startSubject } from "./subject.ts";
import type { Subject, Surroundings } from "./subject.ts";

export interface StartUpResult {
  readonly ms: number;
  readonly rssMib: number;
}

export async function measureStartUp(subject: Subject, around: Surroundings): Promise<StartUpResult> {
  const startedAt = performance.now();
  await using service = await startSubject(subject, routes.hello.program, around);
  const ms = performance.now() - startedAt;
  const { rssBytes } = await service.ask("usage");
  return { ms, rssMib: rssBytes / 1024 ** 2 };
}
