/** In CI a test that does not run is a failure: nobody would notice that it never runs. */
import type { Reporter, TestModule } from "vitest/node";

export default class SkipsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const skipped = modules.flatMap((module) => [...module.children.allTests("skipped")]);
    for (const test of skipped) {
      const { note } = test.result().state === "skipped" ? { note: undefined, ...test.result() } : { note: undefined };
      process.stderr.write(`skipped: ${test.fullName}${note === undefined ? "" : ` (${note})`}\n`);
    }
    if (skipped.length > 0) process.exitCode = 1;
  }
}
