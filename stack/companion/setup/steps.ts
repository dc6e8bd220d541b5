/** The steps of the setup in their order. Each can be done again, from whatever state the one before was left in. */
import { assertLicense } from "./cluster/license.ts";
import { applyClusterSettings } from "./cluster/settings.ts";
import { applyJaegerTemplates } from "./jaeger/apply.ts";
import { applyLogTemplates, applyPipelines } from "./logs/apply.ts";
import { applyToDataStreams } from "./logs/data-streams.ts";
import { applyKibanaPassword, applyRoles, applyUsers } from "./security/apply.ts";
import type { Step } from "./step.ts";

export const steps: readonly Step[] = [
  { name: "licence", run: assertLicense },
  { name: "cluster settings", run: applyClusterSettings },
  { name: "pipelines", run: applyPipelines },
  { name: "templates of logs", run: applyLogTemplates },
  { name: "data streams", run: applyToDataStreams },
  { name: "templates of spans", run: applyJaegerTemplates },
  { name: "roles", run: applyRoles },
  // Last: nobody can write before all that the writing needs is there.
  { name: "users", run: applyUsers },
  { name: "Kibana's user", run: applyKibanaPassword },
];
