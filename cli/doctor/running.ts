/** Checks of a box that runs. */
import { alertFindings } from "../alerts/findings.ts";
import type { Box } from "../box/box.ts";
import { isReady } from "../docker/containers.ts";
import { memoryKeyOf } from "../../stack/settings.ts";
import type { Result } from "../preflight/checks.ts";
import type { Facts } from "../preflight/facts.ts";
import { failure, warning } from "../preflight/finding.ts";
import type { Finding } from "../preflight/finding.ts";
import { readStatus } from "../status/read.ts";
import type { ComponentStatus } from "../status/read.ts";
import { knock } from "./door.ts";
import { askPrometheus, questions } from "./metrics.ts";

/** @returns Nothing for a box that does not run, or where Docker cannot be asked. */
export async function checkRunning({ box, docker }: Facts): Promise<readonly Result[]> {
  if (docker.trouble !== undefined || docker.containers.length === 0) return [];
  const components = await readStatus(box);
  const isUp = (name: string) => components.some((one) => one.name === name && one.phase === "healthy");
  return [
    ...components.map((component) => ({
      name: component.name,
      findings: componentFindings(component),
      isChecked: true,
    })),
    { name: "address", findings: isUp("nginx") ? await knock(box) : [], isChecked: isUp("nginx") },
    { name: "notifications", findings: alertFindings(box), isChecked: true },
    { name: "clock", findings: clockFindings(docker.clockSkewMs), isChecked: true },
    ...(isUp("prometheus") ? await askAll(box) : []),
  ];
}

const manyRestarts = 3;
const nearLimit = 0.95;

function componentFindings({ name, phase, restarts, memory, problem }: ComponentStatus): readonly Finding[] {
  const remedy = `obsbox logs ${name}`;
  if (phase === "absent") return [failure("it has no container", "start it: obsbox up")];
  if (!isReady(phase)) return [failure(`it is ${phase}${problem === undefined ? "" : `: ${problem}`}`, remedy)];
  const isFull = memory !== undefined && memory.usedBytes > memory.limitBytes * nearLimit;
  return [
    ...(restarts >= manyRestarts ? [warning(`it was started anew ${restarts} times`, remedy)] : []),
    ...(isFull ? [warning("it uses nearly all of its memory", `raise ${memoryKeyOf(name)} in .env`)] : []),
  ];
}

/** Sessions, certificates and the order of log lines depend on clocks that agree. */
const maxSkewMs = 2000;

function clockFindings(skewMs: number): readonly Finding[] {
  if (Number.isNaN(skewMs) || Math.abs(skewMs) <= maxSkewMs) return [];
  const seconds = (Math.abs(skewMs) / 1000).toFixed(0);
  const what = `Docker's clock is ${seconds} s ${skewMs > 0 ? "ahead of" : "behind"} this machine's`;
  return [warning(what, "set both by NTP; Docker Desktop is set right by a restart")];
}

async function askAll(box: Box): Promise<readonly Result[]> {
  return Promise.all(
    questions.map(async (question) => {
      const findings = await askPrometheus(box, question);
      return { name: question.name, findings: findings ?? [], isChecked: findings !== undefined };
    }),
  );
}
