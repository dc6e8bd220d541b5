/** Queries of log lines, in Lucene's language, over the fields of the vocabulary. */
import { logFields } from "@obsbox/sdk/vocabulary";

const { serviceName, serviceEnvironment, level } = logFields;

/** Lines of the chosen environments, and lines that name none. */
export const linesInEnvironment = [
  `(${serviceEnvironment}:/\${environment:regex}/`,
  `OR (*:* AND NOT ${serviceEnvironment}:*))`,
].join(" ");

/** Lines of the service that the page is about. */
export const linesOfService = `${serviceName}:"\${service}" AND ${linesInEnvironment}`;

/** Adds conditions: `and(linesOfService, isError)`. */
export function and(...conditions: readonly string[]): string {
  return conditions.join(" AND ");
}

export const isError = `${level}:(error OR fatal)`;
