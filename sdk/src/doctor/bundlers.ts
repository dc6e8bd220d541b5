/** Bundlers: a library inside the service's own file is not heard of. */
import type { Facts, Finding, Outcome } from "./finding.ts";

/** Packages, and the command of each in a script. */
const bundlers: readonly (readonly [name: string, command: RegExp])[] = [
  ["esbuild", /\besbuild\b/],
  ["webpack", /\bwebpack\b/],
  ["@rspack/core", /\brspack\b/],
  ["rollup", /\brollup\b/],
  ["rolldown", /\brolldown\b/],
  ["tsup", /\btsup\b/],
  ["tsdown", /\btsdown\b/],
  ["@vercel/ncc", /\bncc build\b/],
  ["parcel", /\bparcel\b/],
];

/** Libraries that are observed while they are loaded. */
const observed = [
  "express",
  "fastify",
  "koa",
  "pino",
  "prom-client",
  "pg",
  "mysql2",
  "redis",
  "ioredis",
  "mongodb",
  "kafkajs",
  "amqplib",
  "@grpc/grpc-js",
  "graphql",
];

const everythingExternal = /--packages[= ]external/;

export function findBundlers({ manifest }: Facts): Outcome {
  const scripts = Object.values(manifest.scripts);
  const found = bundlers.filter(
    ([name, command]) => manifest.dependencies.has(name) || scripts.some((script) => command.test(script)),
  );
  const external = ["@obsbox/sdk", ...observed.filter((name) => manifest.dependencies.has(name))];
  return {
    seen: found.length === 0 ? "none" : found.map(([name]) => name).join(", "),
    findings: found.flatMap(([name, command]) => {
      const used = scripts.filter((script) => command.test(script));
      if (used.length > 0 && used.every((script) => everythingExternal.test(script))) return [];
      return [findingOf(name, used.length > 0, external)];
    }),
  };
}

function findingOf(name: string, isUsed: boolean, external: readonly string[]): Finding {
  return {
    level: isUsed ? "warning" : "note",
    code: "bundler-found",
    what: `${name} ${isUsed ? "is run by a script" : "is installed"}; what it puts into the service's own file is not observed`,
    remedy: `if it bundles the service, keep these external: ${external.join(", ")}`,
  };
}
