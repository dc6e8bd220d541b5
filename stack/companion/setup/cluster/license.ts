/** The licence is Basic, which has no end. A trial is never started. */
import { textAt } from "../../elasticsearch/json.ts";
import type { Outcome, SetupContext } from "../step.ts";

export async function assertLicense({ elasticsearch }: SetupContext): Promise<Outcome> {
  const answer = await elasticsearch.request("GET", "/_license");
  const type = textAt(answer, "license", "type") ?? "none";
  const isActive = textAt(answer, "license", "status") === "active";
  if (type === "basic" && isActive) return { changes: [] };
  if (isActive) return { changes: [], notes: [describe(type, textAt(answer, "license", "expiry_date"))] };
  await elasticsearch.request("POST", "/_license/start_basic?acknowledge=true");
  return { changes: [`started the Basic licence, there was ${type === "none" ? "none" : `an expired one (${type})`}`] };
}

function describe(type: string, expiry = "an unknown date"): string {
  return type === "trial"
    ? `a trial licence is active until ${expiry}; the box uses nothing of it, and what else does will stop then`
    : `a ${type} licence is active; the box needs Basic only`;
}
