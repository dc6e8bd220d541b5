import { beforeEach, describe, expect, test } from "vitest";
import { Schedule } from "./schedule.ts";
import { summarise } from "./steady.ts";

describe("a schedule with one connection", () => {
  let now = 0;
  let answer: (() => void) | undefined;
  let schedule: Schedule;
  const connection = { request: (answered: () => void) => (answer = answered) };

  beforeEach(() => {
    now = 0;
    answer = undefined;
    schedule = new Schedule([connection], () => now);
  });

  test("times a request from when it was due", () => {
    schedule.add(now);
    now = 3;
    answer?.();
    expect(schedule.latenciesMs).toEqual([3]);
  });

  test("charges a pause of the service to all requests that became due in it, not to one", () => {
    for (const dueAt of [0, 10, 20, 30]) {
      now = dueAt;
      schedule.add(dueAt);
    }
    for (now of [100, 101, 102, 103]) answer?.();
    expect(schedule.latenciesMs).toEqual([100, 91, 82, 73]);
  });

  test("frees the connection with the answer", () => {
    schedule.add(0);
    answer?.();
    schedule.add(5);
    now = 6;
    answer?.();
    expect(schedule.latenciesMs).toEqual([0, 1]);
  });
});

test("requests without an answer lower the share that was answered", () => {
  expect(summarise([1, 2, 3, 40], 8)).toEqual({ p50Ms: 2, p90Ms: 40, p99Ms: 40, answered: 0.5 });
});
