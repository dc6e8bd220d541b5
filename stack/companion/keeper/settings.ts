/** What the keeper reads from its environment, once. */
import { readSecret, readSize, readText, readTime, readUrl } from "../environment.ts";
import type { Environment } from "../environment.ts";
import { languages } from "../../../dashboards/src/text.ts";
import type { Language } from "../../../dashboards/src/text.ts";

export interface KeeperSettings {
  readonly elasticsearchUrl: string;
  readonly kibanaUrl: string;
  readonly ca: string;
  readonly keeperPassword: string;
  readonly adminPassword: string;
  readonly logsMaxBytes: number;
  readonly spans: { readonly maxAgeMs: number; readonly maxBytes: number };
  /** Of the dashboards in Kibana. */
  readonly language: Language;
  /** Name that Nginx shows a certificate for. */
  readonly boxHost: string;
  /** Whether log lines go where the shipper reads. */
  readonly hasLogFolder: boolean;
}

/** @throws OperatorError that names the first key that cannot be used. */
export function readKeeperSettings(env: Environment): KeeperSettings {
  return {
    elasticsearchUrl: readUrl(env, "OBSBOX_STACK_ELASTICSEARCH_URL", "https://elasticsearch:9200"),
    kibanaUrl: readUrl(env, "OBSBOX_KIBANA_URL", "http://kibana:5601/kibana"),
    ca: readSecret(env, "ca.crt"),
    keeperPassword: readSecret(env, "elasticsearch-keeper"),
    adminPassword: readSecret(env, "elasticsearch-admin"),
    logsMaxBytes: readSize(env, "OBSBOX_LOGS_MAX_SIZE"),
    spans: {
      maxAgeMs: readTime(env, "OBSBOX_TRACES_RETENTION"),
      maxBytes: readSize(env, "OBSBOX_TRACES_MAX_SIZE"),
    },
    language: languages.find((known) => known === readText(env, "OBSBOX_LANGUAGE")) ?? "en",
    boxHost: readText(env, "OBSBOX_HOST"),
    hasLogFolder: (env["OBSBOX_LOG_DIR"] ?? "") !== "",
  };
}
