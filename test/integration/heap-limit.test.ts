/** What `v8js.memory.heap.limit` promises: a process that reaches it ends. The alert NodeHeapNearLimit rests on it. */
import { expect, test } from "vitest";
import { register, startProgram } from "../helpers/run-program.ts";
import type { Program } from "../helpers/run-program.ts";
import { samplesOf, scrape } from "../helpers/scrape.ts";

/** As NodeHeapNearLimit asks for it. */
async function shareOfHeap(program: Program): Promise<number> {
  const samples = await scrape(program);
  const spaces = samplesOf(samples, "v8js_memory_heap_used_bytes").filter(
    ({ labels }) => !String(labels["v8js_heap_space_name"]).startsWith("new_"),
  );
  const [limit] = samplesOf(samples, "v8js_memory_heap_limit_bytes");
  return spaces.reduce((sum, { value }) => sum + value, 0) / (limit?.value ?? 0);
}

/** A large young generation, as Node.js 24 takes on a machine with much memory; the limit of the whole heap includes it. */
const young = "--max-semi-space-size=64";

test.each([
  { where: "on the command line", flags: ["--max-old-space-size=60", young], options: "" },
  { where: "in NODE_OPTIONS", flags: [], options: `--max-old-space-size=60 ${young}` },
])(
  "a process that dies of its heap, limited $where, was above 90 % of it and never above 110 %",
  async ({ flags, options }) => {
    await using program = startProgram("dying-of-heap.mjs", {
      flags: [...flags, ...register],
      env: options === "" ? {} : { NODE_OPTIONS: options },
    });
    const shares: number[] = [];
    try {
      for (;;) shares.push(await shareOfHeap(program));
    } catch {
      // It has ended.
    }
    expect(["SIGABRT", 134]).toContain(await program.ended()); // Windows has no signals.
    expect(program.stderr()).toContain("heap out of memory");
    expect(Math.max(...shares)).toBeGreaterThan(0.9);
    expect(Math.max(...shares)).toBeLessThan(1.1);
  },
);
