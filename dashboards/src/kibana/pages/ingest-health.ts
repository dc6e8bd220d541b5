import { isUnparsed, lineCount } from "../conditions.ts";
import { fields } from "../fields.ts";
import { exists, is } from "../kql.ts";
import { named } from "../neighbours.ts";
import { count, first, highest, last, terms, unique } from "../operations.ts";
import type { Page } from "../page.ts";
import { barsOverTime, lines, linesOverTime, number, table } from "../panels.ts";

const isCanary = is(fields.eventAction, "log-canary");

const byDataset = terms({ en: "Dataset", zh: "数据集" }, fields.eventDataset, { limit: 20 });

/** K6. How many bytes a data stream takes no aggregation tells: Grafana's page of Elasticsearch does. */
export const ingestHealth: Page = {
  ...named("ingest-health"),
  about: {
    en: "Do all lines arrive, how soon, and what was lost on the way?",
    zh: "日志是否全部到达、多快到达、途中丢失了什么？",
  },
  counterparts: [
    { uid: "stack-pipeline", title: { en: "Pipeline", zh: "采集管道" } },
    { uid: "stack-elasticsearch", title: { en: "Elasticsearch", zh: "Elasticsearch" } },
    { uid: "stack-health", title: { en: "Health of the box", zh: "系统健康" } },
  ],
  panels: [
    number(
      {
        title: { en: "Newest line", zh: "最新一行" },
        about: { en: "When the newest line of all was written", zh: "最新一行日志的写入时间" },
      },
      last({ en: "Newest", zh: "最新" }),
    ),
    number(
      {
        title: { en: "Newest canary", zh: "最新探针" },
        about: {
          en: "The keeper writes a line each minute. Older than two minutes: lines do not arrive",
          zh: "keeper 每分钟写一行；早于两分钟说明日志未送达",
        },
        where: isCanary,
      },
      last({ en: "Newest", zh: "最新" }),
    ),
    number(
      {
        title: { en: "Number of datasets", zh: "数据集数" },
        about: { en: "Services and other sources that sent lines", zh: "送来日志的服务与来源数" },
      },
      unique({ en: "Datasets", zh: "数据集数" }, fields.eventDataset),
    ),
    number(
      {
        title: { en: "Lines that were no JSON", zh: "非 JSON 行" },
        about: {
          en: "Lines that Filebeat could not parse; kept as they were",
          zh: "Filebeat 无法解析的行，已原样保存",
        },
        where: isUnparsed,
        emptyIsHealthy: true,
      },
      lineCount,
    ),
    barsOverTime(
      {
        title: { en: "Lines by dataset", zh: "按数据集的日志量" },
        about: {
          en: "A gap in one is that service; a gap in all is the way",
          zh: "单一中断是该服务的问题，全部中断是链路的问题",
        },
      },
      lineCount,
      byDataset,
    ),
    linesOverTime(
      {
        title: { en: "Canaries that arrived", zh: "到达的探针" },
        about: { en: "One each minute is healthy", zh: "每分钟一行为正常" },
        where: isCanary,
      },
      [count({ en: "Canaries", zh: "探针数" })],
    ),
    table(
      {
        title: { en: "Datasets", zh: "数据集" },
        about: {
          en: "Lines, oldest and newest of each. One whose newest is old has stopped",
          zh: "各数据集的行数与最早、最新时间；最新时间过旧者已停止",
        },
        height: 10,
      },
      [byDataset],
      [lineCount, first(), last(), unique({ en: "Hosts", zh: "主机数" }, fields.hostHostname)],
    ),
    table(
      {
        title: { en: "Indices", zh: "索引" },
        about: {
          en: "Backing indices of the data streams with lines in the time range",
          zh: "所选时间范围内含日志的后备索引",
        },
        height: 10,
      },
      [terms({ en: "Index", zh: "索引" }, fields.index, { limit: 20 })],
      [lineCount, first(), last()],
    ),
    table(
      {
        title: { en: "Files", zh: "文件" },
        about: { en: "How far Filebeat has read each file", zh: "Filebeat 对每个文件的读取进度" },
      },
      [terms({ en: "File", zh: "文件" }, fields.logFile, { limit: 20 })],
      [lineCount, highest({ en: "Read up to", zh: "已读至" }, fields.logOffset), last()],
    ),
    table(
      {
        title: { en: "Values that were not indexed", zh: "未被索引的字段" },
        about: {
          en: "Fields with values of a wrong type or too long: kept in the line, not found by search",
          zh: "类型不符或过长的字段：保留在原文中，但无法检索",
        },
        emptyIsHealthy: true,
      },
      [
        terms({ en: "Field", zh: "字段" }, fields.ignored, { limit: 20 }),
        terms({ en: "Service", zh: "服务" }, fields.serviceName),
      ],
      [lineCount, last()],
    ),
    table(
      {
        title: { en: "Lines that were cut", zh: "被截断的行" },
        about: {
          en: "Lines longer than the SDK's limit, with their length before",
          zh: "超过 SDK 上限的行及其原始长度",
        },
        where: `${fields.truncated} : true`,
        emptyIsHealthy: true,
      },
      [terms({ en: "Service", zh: "服务" }, fields.serviceName)],
      [lineCount, highest({ en: "Longest", zh: "最长" }, fields.originalBytes), last()],
    ),
    table(
      {
        title: { en: "Canaries that were lost", zh: "丢失的探针" },
        about: { en: "Lines that the keeper wrote and never found", zh: "keeper 写出但从未找到的行" },
        where: exists(fields.lostId),
        emptyIsHealthy: true,
      },
      [terms({ en: "Host", zh: "主机" }, fields.hostHostname)],
      [lineCount, last()],
    ),
    lines(
      {
        title: { en: "Lines that Filebeat could not parse", zh: "Filebeat 无法解析的行" },
        about: { en: "The newest first; the file tells whose they are", zh: "最新在前，文件名表明来源" },
        where: isUnparsed,
        emptyIsHealthy: true,
      },
      [fields.logFile, fields.message, fields.errorMessage],
    ),
  ],
};
