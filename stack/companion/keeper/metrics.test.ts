import { expect, test } from "vitest";
import { keeperMetricNames } from "./metrics.ts";

test("the metrics of the keeper have these names", () => {
  expect(keeperMetricNames).toEqual([
    "obsbox_keeper_last_success_timestamp_seconds",
    "obsbox_keeper_failures_total",
    "obsbox_keeper_run_duration_seconds",
    "obsbox_keeper_stored_bytes",
    "obsbox_keeper_limit_bytes",
    "obsbox_keeper_deleted_indices_total",
    "obsbox_canary_written_total",
    "obsbox_canary_lost_total",
    "obsbox_canary_delivery_seconds",
    "obsbox_canary_last_found_timestamp_seconds",
    "obsbox_keeper_backup_age_seconds",
    "obsbox_keeper_certificate_expiry_timestamp_seconds",
  ]);
});
