/**
 * Every service of the box is hardened: its own user, a read-only root file system, no capabilities, no new privileges,
 * limits, a healthcheck, no port of the host. This is the whole list of what is not so, and why; a test finds both an
 * exception that is missing here and one that is no longer needed.
 */

export type Rule = "user" | "capabilities" | "healthcheck" | "published port" | "host folder" | "executable tmpfs";

export interface Exception {
  readonly component: string;
  readonly rule: Rule;
  readonly what: string;
  readonly why: string;
}

export const exceptions: readonly Exception[] = [
  {
    component: "nginx",
    rule: "published port",
    what: "OBSBOX_PORT, on 127.0.0.1 unless OBSBOX_BIND says otherwise",
    why: "The one door",
  },
  {
    component: "secrets",
    rule: "user",
    what: "root",
    why: "Gives each component its own copy of its secrets; has no network and ends after a second",
  },
  { component: "secrets", rule: "capabilities", what: "CHOWN, DAC_OVERRIDE", why: "To give the copies their owners" },
  { component: "secrets", rule: "healthcheck", what: "none", why: "Ends after its work" },
  { component: "setup", rule: "healthcheck", what: "none", why: "Ends after its work" },
  {
    component: "nginx-exporter",
    rule: "healthcheck",
    what: "none",
    why: "The official image holds the program and nothing that could ask it; Prometheus tells whether it answers",
  },
  {
    component: "elasticsearch",
    rule: "executable tmpfs",
    what: "/tmp",
    why: "Elasticsearch unpacks native code there and loads it",
  },
  {
    component: "filebeat",
    rule: "host folder",
    what: "OBSBOX_LOG_DIR, read-only",
    why: "The log files of services on this host",
  },
  {
    component: "filebeat-containers",
    rule: "host folder",
    what: "/var/lib/docker/containers, read-only",
    why: "The log files of containers on this host",
  },
  {
    component: "filebeat-containers",
    rule: "user",
    what: "root without capabilities",
    why: "The engine's log files belong to root",
  },
  { component: "node-exporter", rule: "host folder", what: "/, read-only", why: "Disks of this host" },
  {
    component: "cadvisor",
    rule: "host folder",
    what: "/, /sys, /var/run and /var/lib/docker, read-only",
    why: "Containers of this host",
  },
  {
    component: "cadvisor",
    rule: "user",
    what: "root without capabilities",
    why: "The engine's folders belong to root",
  },
];
