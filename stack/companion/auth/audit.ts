/**
 * The audit log: who signed in or could not, who was refused, who was changed. Fields of the Elastic Common Schema; never a
 * password, a token or a cookie.
 */
import { logger } from "@obsbox/sdk";
import { createAllowance } from "./allowance.ts";
import { authMetrics, count } from "./metrics.ts";
import { shownName } from "./users/name.ts";

/** What can happen, and how ECS calls its kind. */
export const auditActions = {
  "user-login": { category: ["authentication"], type: ["start"] },
  "user-logout": { category: ["authentication"], type: ["end"] },
  "session-check": { category: ["authentication"], type: ["info"] },
  "token-check": { category: ["authentication"], type: ["info"] },
  "link-use": { category: ["iam"], type: ["user", "change"] },
  "user-add": { category: ["iam"], type: ["user", "creation"] },
  "user-reset": { category: ["iam"], type: ["user", "change"] },
  "user-role": { category: ["iam"], type: ["user", "change"] },
  "user-remove": { category: ["iam"], type: ["user", "deletion"] },
  "token-create": { category: ["iam"], type: ["creation"] },
  "token-revoke": { category: ["iam"], type: ["deletion"] },
} as const;

export type AuditAction = keyof typeof auditActions;

export interface AuditEvent {
  readonly action: AuditAction;
  readonly outcome: "success" | "failure";
  readonly reason?: string;
  /** As it was typed, or of whom a session is. */
  readonly user?: string;
  readonly address?: string;
  readonly path?: string;
  /** Further facts, for instance the role. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** The fields of an event, and its sentence. */
export function describeEvent(event: AuditEvent): readonly [Readonly<Record<string, unknown>>, string] {
  const { action, outcome, reason, user, address, path, labels = {} } = event;
  const name = user === undefined ? undefined : shownName(user);
  const fields = {
    "event.kind": "event",
    "event.category": auditActions[action].category,
    "event.type": auditActions[action].type,
    "event.action": action,
    "event.outcome": outcome,
    ...(reason === undefined ? {} : { "event.reason": reason }),
    ...(name === undefined ? {} : { "user.name": name }),
    ...(address === undefined ? {} : { "source.ip": address }),
    ...(path === undefined ? {} : { "url.path": path }),
    ...labels,
  };
  const whom = name === undefined || name === "" ? "" : ` of ${name}`;
  return [fields, `${action}${whom}: ${outcome}${reason === undefined ? "" : `, ${reason}`}`];
}

/** Refusals of one kind that are written in a minute; a flood of them must not fill the disk. */
const refusalsPerMinute = 120;

/** Asked for with every request: a page that is left open goes on asking after its session has ended. */
const repeating: ReadonlySet<AuditAction> = new Set(["session-check", "token-check"]);

export type Audit = (event: AuditEvent) => void;

/** Makes the function that writes events. */
export function createAudit(): Audit {
  const allow = createAllowance({ perMinute: refusalsPerMinute, repeating });
  return (event) => {
    const [fields, message] = describeEvent(event);
    if (event.outcome === "success") return logger.info(fields, message);
    const suppressed = allow(event.action, JSON.stringify(fields));
    if (suppressed === undefined) return count(authMetrics.auditSuppressed, { action: event.action });
    logger.warn(suppressed === 0 ? fields : { ...fields, suppressed }, message);
  };
}
