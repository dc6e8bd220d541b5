import { expect, test } from "vitest";
import { countsOf, reasonIn, verdictOf } from "./delivery.ts";

const metrics = (calls: number, failedCalls: number, failed: number) =>
  [
    "# TYPE alertmanager_notification_requests_total counter",
    `alertmanager_notification_requests_total{integration="slack",receiver_name="chat"} ${calls}`,
    `alertmanager_notification_requests_failed_total{integration="slack",receiver_name="chat"} ${failedCalls}`,
    `alertmanager_notifications_failed_total{integration="slack",reason="clientError",receiver_name="chat"} ${failed}`,
    'alertmanager_notifications_failed_total{integration="slack",reason="other",receiver_name="chat"} 0',
    'alertmanager_notifications_total{integration="slack"} 7',
  ].join("\n");

const counts = (...given: Parameters<typeof metrics>) => countsOf(metrics(...given)).get("chat");

test("counts are those of each receiver, over its reasons", () => {
  expect([...countsOf(metrics(3, 2, 1))]).toEqual([["chat", { calls: 3, failedCalls: 2, failed: 1 }]]);
});

test.each([
  ["not sent yet", counts(3, 1, 1)],
  ["delivered", counts(4, 1, 1)],
  ["delivered", counts(6, 3, 1)],
  ["being retried", counts(5, 3, 1)],
  ["failed", counts(4, 2, 2)],
])("what came after three calls is %s", (expected, now) => {
  expect(verdictOf(counts(3, 1, 1), now)).toBe(expected);
});

const log = [
  'alertmanager-1  | time=2026-01-31T08:00:00Z level=INFO msg="Listening"',
  'alertmanager-1  | time=2026-01-31T08:00:01Z level=WARN source=retry_stage.go:163 msg="Notify attempt failed, will retry later" component=dispatcher receiver=mail integration=email[0] aggrGroup="{}:{}" attempts=1 err="establish connection to server: dial tcp: lookup smtp.example.com: no such host"',
  'alertmanager-1  | time=2026-01-31T08:00:02Z level=ERROR source=dispatch.go:736 msg="Notify for alerts failed" component=dispatcher num_alerts=1 err="chat/slack[0]: notify retry canceled due to unrecoverable error after 1 attempts: channel \\"#x\\": unexpected status code 404: no_team"',
].join("\n");

test("the reason is what the log says of this receiver", () => {
  expect(reasonIn(log, "chat")).toBe('channel "#x": unexpected status code 404: no_team');
  expect(reasonIn(log, "mail")).toMatch(/no such host$/);
  expect(reasonIn(log, "pager")).toBeUndefined();
});
