import { expect, test } from "vitest";
import { describeEvent } from "./audit.ts";

test("an event has the fields that ECS has for it", () => {
  const [fields, message] = describeEvent({
    action: "user-login",
    outcome: "failure",
    reason: "wrong",
    user: "ve\u0000ra",
    address: "192.0.2.1",
    path: "/oauth2/sign_in",
    labels: { method: "password" },
  });
  expect(fields).toEqual({
    "event.kind": "event",
    "event.category": ["authentication"],
    "event.type": ["start"],
    "event.action": "user-login",
    "event.outcome": "failure",
    "event.reason": "wrong",
    "user.name": "vera",
    "source.ip": "192.0.2.1",
    "url.path": "/oauth2/sign_in",
    method: "password",
  });
  expect(message).toBe("user-login of vera: failure, wrong");
});
