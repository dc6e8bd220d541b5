import { expect, test } from "vitest";
import { adoptPm2Environment, isPm2Container, pm2Application } from "./pm2.ts";

const settings = {
  name: "api",
  pm_id: 3,
  pm_exec_path: "/srv/api/server.js",
  OTEL_SERVICE_NAME: "orders",
  HOME: "/root",
};

test("a worker of PM2 is known before PM2 has set its variables, and after", () => {
  const flat = { name: "api", pm_id: "3", pm_exec_path: "/srv/api/server.js" };
  for (const env of [{ pm2_env: JSON.stringify(settings) }, flat]) {
    expect(pm2Application(env)).toMatchObject({ name: "api", script: "/srv/api/server.js" });
  }
});

test.each([{}, { pm2_env: "{" }, { pm2_env: "null" }, { name: "api" }])("%j is none", (env) => {
  expect(pm2Application(env)).toBeUndefined();
});

test("the service's settings count before PM2 has set them, and nothing else is taken over", () => {
  const env: NodeJS.ProcessEnv = { pm2_env: JSON.stringify(settings), OTEL_SERVICE_NAME: "of the daemon" };
  adoptPm2Environment(env);
  expect(env["OTEL_SERVICE_NAME"]).toBe("orders");
  expect(env["HOME"]).toBeUndefined();
});

test.each([
  ["/usr/lib/node_modules/pm2/lib/ProcessContainer.js", true],
  ["/usr/lib/node_modules/pm2/lib/ProcessContainerFork.js", true],
  ["/srv/api/server.js", false],
  [undefined, false],
])("%s is a program of PM2 that runs another: %s", (program, isContainer) => {
  expect(isPm2Container(program)).toBe(isContainer);
});
