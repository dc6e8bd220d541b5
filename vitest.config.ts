import { defineConfig } from "vitest/config";

/** One project for each kind of test: what it may use, and how long it may take. */
const kinds = [
  { name: "unit", include: ["{sdk/src,stack,cli,alerts,dashboards,bench}/**/*.test.ts"], testTimeout: 5000 },
  { name: "contract", include: ["test/contract/*.test.ts"], testTimeout: 30_000 },
  { name: "integration", include: ["test/integration/*.test.ts"], testTimeout: 60_000 },
  // Losses, outages and crashes: one file at a time, because each measures.
  { name: "reliability", include: ["test/reliability/*.test.ts"], testTimeout: 5 * 60_000 },
  { name: "browser", include: ["test/browser/*.test.ts"], testTimeout: 120_000 },
  // Containers of the real components: one file at a time, because each starts some.
  { name: "stack", include: ["test/e2e/*.test.ts"], testTimeout: 5 * 60_000 },
  { name: "long", include: ["test/long/*.test.ts"], testTimeout: 15 * 60_000 },
  // What only an official image shows, Filebeat's: no stand-in of ours proves it.
  { name: "official", include: ["test/e2e/official/*.test.ts"], testTimeout: 15 * 60_000 },
] as const;

const areImagesOfficial = process.env["OBSBOX_IMAGES"] === "official";

/** The reaper of testcontainers is an image that can be pulled only where images can. */
const containersEnvironment = areImagesOfficial ? {} : { TESTCONTAINERS_RYUK_DISABLED: "true" };

/**
 * What cannot run here is no part of the project, because a test that is skipped fails in CI. With OBSBOX_STAND_INS=1 those
 * who change the tests of official images run them against the stand-ins, which proves the tests and nothing else.
 */
const hasOfficial = areImagesOfficial || process.env["OBSBOX_STAND_INS"] === "1";

const ofContainers: readonly string[] = ["stack", "official"];

export default defineConfig({
  test: {
    globalSetup: ["test/helpers/build.ts"],
    // Most tests wait for programs in child processes.
    maxWorkers: "100%",
    reporters: process.env["CI"] ? ["default", "./test/helpers/skips-reporter.ts"] : ["default"],
    projects: kinds
      .filter(({ name }) => name !== "official" || hasOfficial)
      .map(({ name, include, testTimeout }) => ({
        test: {
          name,
          include: [...include],
          testTimeout,
          hookTimeout: testTimeout,
          ...(ofContainers.includes(name) ? { globalSetup: ["test/e2e/box/end.ts"], env: containersEnvironment } : {}),
          // Long tests measure: one at a time, so that they do not measure each other.
          fileParallelism: !["long", "browser", "reliability", ...ofContainers].includes(name),
        },
      })),
  },
});
