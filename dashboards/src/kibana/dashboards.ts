/** All dashboards of Kibana, and the files that `npm run generate` writes. */
import { languages } from "../text.ts";
import { bodyOf } from "./body.ts";
import { idOf } from "./page.ts";
import type { Page } from "./page.ts";
import { accessLog } from "./pages/access-log.ts";
import { audit } from "./pages/audit.ts";
import { errorsAndExceptions } from "./pages/errors-and-exceptions.ts";
import { ingestHealth } from "./pages/ingest-health.ts";
import { logOverview } from "./pages/log-overview.ts";
import { oneService } from "./pages/one-service.ts";
import { slowRequests } from "./pages/slow-requests.ts";

export const pages: readonly Page[] = [
  logOverview,
  errorsAndExceptions,
  oneService,
  slowRequests,
  accessLog,
  audit,
  ingestHealth,
];

export const kibanaFiles = languages.flatMap((language) =>
  pages.map((page) => ({
    file: `dashboards/kibana/${language}/${idOf(page)}.json`,
    text: () => `${JSON.stringify(bodyOf(page, language), null, 2)}\n`,
  })),
);
