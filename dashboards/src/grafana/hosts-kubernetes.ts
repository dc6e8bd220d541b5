/** D11: does every workload of the cluster run as it should? */
import type { Page, Panel } from "../model.ts";
import { alerts, series, stat, table, worseAbove } from "../panels/index.ts";
import { interval } from "../promql.ts";
import { now, prom } from "../targets.ts";
import { dataSources, labelValues } from "../variables.ts";

const needs = "kube-state-metrics";
const of = 'namespace=~"$namespace"';

const wanted = `kube_deployment_spec_replicas{${of}}`;
const available = `kube_deployment_status_replicas_available{${of}}`;
const restarted = `increase(kube_pod_container_status_restarts_total{${of}}[$__range])`;
const requested = (resource: string) =>
  `sum by (namespace, pod) (kube_pod_container_resource_requests{${of},resource="${resource}"})`;
const cpu = `sum by (namespace, pod) (rate(container_cpu_usage_seconds_total{${of},container!="",container!="POD"}[${interval}]))`;
const memory = `sum by (namespace, pod) (container_memory_working_set_bytes{${of},container!="",container!="POD"})`;
const pod = "{{namespace}} {{pod}}";
const deployment = [
  { label: "namespace", title: { en: "Namespace", zh: "命名空间" } },
  { label: "deployment", title: { en: "Deployment", zh: "Deployment" } },
] as const;
const byDeployment = (expr: string) => `max by (namespace, deployment) (${expr})`;

const tiles: readonly Panel[] = [
  stat({
    title: { en: "Replicas missing", zh: "缺失副本" },
    description: {
      en: "Replicas of deployments that are wanted and not available. 0 is right, except for moments of a rollout.",
      zh: "期望但不可用的 Deployment 副本数，发布期间以外应为 0。",
    },
    needs,
    unit: "none",
    targets: [now(`sum(clamp_min(${wanted} - ${available}, 0))`)],
    thresholds: worseAbove(1, 3),
  }),
  stat({
    title: { en: "Pods not ready", zh: "未就绪 Pod" },
    description: {
      en: "Pods that run and do not take requests. 0 is right.",
      zh: "运行中但未就绪、不接收请求的 Pod 数，应为 0。",
    },
    needs,
    unit: "none",
    targets: [
      now(
        `sum(kube_pod_status_ready{${of},condition="false"} and on (namespace, pod) kube_pod_status_phase{${of},phase=~"Pending|Running|Unknown"} == 1)`,
      ),
    ],
    thresholds: worseAbove(1, 3),
  }),
  stat({
    title: { en: "Pods pending", zh: "等待调度" },
    description: {
      en: "Pods that found no place. More than 0 for minutes: no node has the memory or CPU that they request.",
      zh: "尚未调度的 Pod 数。持续数分钟大于 0 说明没有节点满足其资源请求。",
    },
    needs,
    unit: "none",
    targets: [now(`sum(kube_pod_status_phase{${of},phase="Pending"})`)],
    thresholds: worseAbove(1, 3),
  }),
  stat({
    title: { en: "Restarts", zh: "重启次数" },
    description: {
      en: "Restarts of containers in the time shown. 0 is right; the curves below name them.",
      zh: "所选时间内容器重启次数，应为 0，具体见下方曲线。",
    },
    needs,
    unit: "none",
    decimals: 0,
    targets: [now(`sum(${restarted})`)],
    thresholds: worseAbove(1, 5),
  }),
  stat({
    title: { en: "Jobs failed", zh: "失败 Job" },
    description: { en: "Jobs that gave up. 0 is right.", zh: "执行失败的 Job 数，应为 0。" },
    needs,
    unit: "none",
    targets: [now(`sum(kube_job_failed{${of},condition="true"})`)],
    thresholds: worseAbove(1, 3),
  }),
  stat({
    title: { en: "Nodes not ready", zh: "未就绪节点" },
    description: {
      en: "Nodes of the cluster that take no pods. 0 is right.",
      zh: "集群中不可调度的未就绪节点数，应为 0。",
    },
    needs,
    unit: "none",
    targets: [now('sum(kube_node_status_condition{condition="Ready",status=~"false|unknown"})')],
    thresholds: worseAbove(1, 1),
  }),
];

const deployments: Panel = table({
  title: { en: "Deployments", zh: "Deployment 列表" },
  description: {
    en: "One row for each deployment, those with missing replicas first. Updated below wanted for long: the rollout is stuck; look at the newest pod's log.",
    zh: "每个 Deployment 一行，缺失副本者在前。已更新数长期低于期望说明发布卡住，请查看最新 Pod 的日志。",
  },
  needs,
  height: 8,
  keys: deployment,
  columns: [
    {
      title: { en: "Missing", zh: "缺失" },
      unit: "none",
      expr: byDeployment(`clamp_min(${wanted} - ${available}, 0)`),
      thresholds: worseAbove(1, 3),
    },
    { title: { en: "Wanted", zh: "期望" }, unit: "none", expr: byDeployment(wanted) },
    { title: { en: "Available", zh: "可用" }, unit: "none", expr: byDeployment(available) },
    {
      title: { en: "Updated", zh: "已更新" },
      unit: "none",
      expr: byDeployment(`kube_deployment_status_replicas_updated{${of}}`),
    },
  ],
});

const curves: readonly Panel[] = [
  series({
    title: { en: "Memory of what is requested", zh: "内存用量 / 请求" },
    description: {
      en: "Memory of each pod as a share of its request. Far below 100 %: it holds room that others could use; far above: it is evicted first.",
      zh: "各 Pod 内存用量与请求之比。远低于 100% 浪费资源，远高于 100% 会最先被驱逐。",
    },
    needs,
    unit: "percentunit",
    targets: [prom(`${memory} / (${requested("memory")} > 0)`, pod)],
  }),
  series({
    title: { en: "CPU of what is requested", zh: "CPU 用量 / 请求" },
    description: {
      en: "CPU of each pod as a share of its request. Above 100 % it lives from what others leave.",
      zh: "各 Pod CPU 用量与请求之比。超过 100% 时依赖其他 Pod 剩余的资源。",
    },
    needs,
    unit: "percentunit",
    targets: [prom(`${cpu} / (${requested("cpu")} > 0)`, pod)],
  }),
  series({
    title: { en: "Restarts by pod", zh: "各 Pod 重启" },
    description: {
      en: "Restarts of containers of each pod. A staircase is a crash loop.",
      zh: "各 Pod 的容器重启次数，阶梯状上升即反复崩溃。",
    },
    needs,
    unit: "short",
    targets: [
      prom(`sum by (namespace, pod) (increase(kube_pod_container_status_restarts_total{${of}}[${interval}])) > 0`, pod),
    ],
  }),
  series({
    title: { en: "Why containers wait", zh: "容器等待原因" },
    description: {
      en: "Containers that wait, by reason. CrashLoopBackOff: it ends by itself; ImagePullBackOff: the image or the right to it is missing.",
      zh: "按原因统计的等待中容器。CrashLoopBackOff 为反复崩溃，ImagePullBackOff 为镜像不存在或无权限。",
    },
    needs,
    unit: "short",
    targets: [prom(`sum by (reason) (kube_pod_container_status_waiting_reason{${of}})`, "{{reason}}")],
  }),
  series({
    title: { en: "Autoscaling", zh: "自动伸缩" },
    description: {
      en: "Replicas of each autoscaler as a share of its maximum. At 100 % it cannot help any more.",
      zh: "各 HPA 当前副本数与最大值之比，达到 100% 时已无法继续扩容。",
    },
    needs,
    unit: "percentunit",
    max: 1,
    targets: [
      prom(
        `max by (namespace, horizontalpodautoscaler) (kube_horizontalpodautoscaler_status_current_replicas{${of}} / kube_horizontalpodautoscaler_spec_max_replicas{${of}})`,
        "{{namespace}} {{horizontalpodautoscaler}}",
      ),
    ],
  }),
  series({
    title: { en: "Volumes", zh: "存储卷使用率" },
    description: {
      en: "Use of each persistent volume, as the kubelet says. What rises will be full.",
      zh: "kubelet 上报的各持久卷使用率，持续上升终将写满。",
    },
    needs: `${needs}, kubelet`,
    unit: "percentunit",
    max: 1,
    targets: [
      prom(
        `max by (namespace, persistentvolumeclaim) (1 - kubelet_volume_stats_available_bytes{${of}} / kubelet_volume_stats_capacity_bytes{${of}})`,
        "{{namespace}} {{persistentvolumeclaim}}",
      ),
    ],
  }),
];

export const hostsKubernetes: Page = {
  uid: "hosts-kubernetes",
  area: "hosts",
  name: { en: "Kubernetes", zh: "Kubernetes" },
  description: {
    en: "Does every workload of the cluster run as it should, and does it have what it needs? For installations in Kubernetes.",
    zh: "集群中的工作负载是否正常运行、资源是否充足？适用于 Kubernetes 部署。",
  },
  variables: [
    ...dataSources("prometheus"),
    labelValues("namespace", { en: "Namespace", zh: "命名空间" }, "label_values(kube_pod_info, namespace)", {
      multi: true,
      allValue: ".*",
    }),
  ],
  links: [{ title: { en: "Containers", zh: "容器" }, page: "hosts-containers" }],
  sections: [
    {
      panels: [
        ...tiles,
        deployments,
        ...curves,
        alerts({
          title: { en: "Alerts about workloads", zh: "工作负载告警" },
          description: {
            en: "Alerts about Kubernetes that fire now. Empty is right; the name leads to the runbook.",
            zh: "当前触发的 Kubernetes 告警，应为空。点击名称查看处理手册。",
          },
          selector: 'component="k8s"',
        }),
      ],
    },
  ],
};
