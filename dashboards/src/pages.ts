/** All pages, in the order in which people meet them. */
import type { Page } from "./model.ts";
import { startHere } from "./grafana/start-here.ts";
import { servicesOverview } from "./grafana/services-overview.ts";
import { servicesRed } from "./grafana/services-red.ts";
import { servicesSlo } from "./grafana/services-slo.ts";
import { servicesRuntime } from "./grafana/services-runtime.ts";
import { servicesDependencies } from "./grafana/services-dependencies.ts";
import { servicesLogs } from "./grafana/services-logs.ts";
import { servicesTraces } from "./grafana/services-traces.ts";
import { servicesBusiness } from "./grafana/services-business.ts";
import { hostsOverview } from "./grafana/hosts-overview.ts";
import { hostsDetail } from "./grafana/hosts-detail.ts";
import { hostsContainers } from "./grafana/hosts-containers.ts";
import { hostsKubernetes } from "./grafana/hosts-kubernetes.ts";
import { stackHealth } from "./grafana/stack-health.ts";
import { stackPrometheus } from "./grafana/stack-prometheus.ts";
import { stackAlertmanager } from "./grafana/stack-alertmanager.ts";
import { stackElasticsearch } from "./grafana/stack-elasticsearch.ts";
import { stackNginx } from "./grafana/stack-nginx.ts";
import { stackPipeline } from "./grafana/stack-pipeline.ts";

export const pages: readonly Page[] = [
  startHere,
  servicesOverview,
  servicesRed,
  servicesSlo,
  servicesRuntime,
  servicesDependencies,
  servicesLogs,
  servicesTraces,
  servicesBusiness,
  hostsOverview,
  hostsDetail,
  hostsContainers,
  hostsKubernetes,
  stackHealth,
  stackPrometheus,
  stackAlertmanager,
  stackElasticsearch,
  stackNginx,
  stackPipeline,
];
