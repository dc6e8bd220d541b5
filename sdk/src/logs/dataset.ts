/** The dataset of a service's lines: they go to the data stream `logs-<dataset>-<namespace>`. */

/** Bytes that Elasticsearch leaves for it in the name of a data stream. */
const maxBytes = 100;

/**
 * Turns the name of a service into a dataset: lower case, and `_` for what the name of a data stream cannot hold.
 *
 * @see https://www.elastic.co/docs/reference/ecs/ecs-data_stream
 * @example datasetOf("Orders API") // "orders_api"
 */
export function datasetOf(service: string): string {
  return service
    .toLowerCase()
    .replaceAll(/[^a-z0-9_.]/gu, "_")
    .slice(0, maxBytes);
}
