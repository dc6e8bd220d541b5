/** All pages, in the order in which people meet them. */
import type { Page } from "./model.ts";
import { servicesOverview } from "./grafana/services-overview.ts";

export const pages: readonly Page[] = [servicesOverview];
