import { expect, test } from "vitest";
import { hideSecrets, reportLines } from "./report.ts";
import type { Result } from "./finding.ts";

const plain = (_style: string, text: string) => text;

const results: readonly Result[] = [
  { name: "Node.js", seen: "24.21.0", findings: [] },
  { name: "Elasticsearch", seen: "not set", findings: [], isSkipped: true },
  {
    name: "OTLP",
    seen: "http://receiver:4318",
    findings: [
      {
        level: "failure",
        code: "not-authorized",
        what: "it answers 401\u001b[2J, authorization=Bearer abcdefghijklmnopqrstuvwxyz0123456789",
        remedy: "check the token: OTEL_EXPORTER_OTLP_HEADERS",
        details: ["one"],
      },
    ],
  },
];

test("a report has a line for each check, findings with their remedy below, and a sum", () => {
  const [, node, elasticsearch, otlp, what, detail, remedy, , sum] = reportLines(hideSecrets(results), plain);
  expect(node).toBe("  ✓ Node.js        24.21.0");
  expect(elasticsearch).toBe("  · Elasticsearch  not set");
  expect(otlp).toBe("  ✗ OTLP           http://receiver:4318");
  expect(what?.trim()).toMatch(/^it answers 401, .+ \[not-authorized\]$/);
  expect(detail?.trim()).toBe("one");
  expect(remedy?.trim()).toBe("→ check the token: OTEL_EXPORTER_OTLP_HEADERS");
  expect(sum).toBe("✗ 2 checks, 1 failed, 1 not needed");
});

test("a report holds no secret and nothing that moves the cursor", () => {
  const text = reportLines(hideSecrets(results), plain).join("\n");
  expect(text).not.toContain("abcdefghijklmnop");
  expect(text).not.toContain("\u001b");
});
