import { execFileSync } from "node:child_process";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Box } from "./box.ts";
import { parseEnvironment } from "./env-file.ts";
import { containerConnection, formats, hostConnection } from "./variables.ts";

const box: Box = {
  folder: "/box",
  given: {},
  settings: { OBSBOX_HOST: "localhost", OBSBOX_PORT: "8443", OBSBOX_LOG_DIR: "./logs", OBSBOX_LOG_GROUP: "1234" },
};

test("a service on this machine sends to the one address, and trusts the box's own authority", () => {
  expect(hostConnection(box, { token: "t-_", service: "orders" }, "172.17.0.1").variables).toEqual({
    OTEL_SERVICE_NAME: "orders",
    OTEL_EXPORTER_OTLP_ENDPOINT: "https://localhost:8443/otlp",
    OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20t-_",
    NODE_EXTRA_CA_CERTS: "/box/ca.crt",
    OBSBOX_LOG_DIR: "/box/logs",
    OTEL_EXPORTER_PROMETHEUS_HOST: "172.17.0.1",
  });
});

test("with a certificate of the user's there is no authority to trust", () => {
  const own = { ...box, given: { OBSBOX_TLS_CERT: "own.crt" } };
  expect(hostConnection(own, { token: "t" }, "").variables).not.toHaveProperty("NODE_EXTRA_CA_CERTS");
});

test("a service in a container joins a network, mounts two things, and is in the group of the log files", () => {
  expect(containerConnection(box, { token: "t" })).toEqual({
    variables: {
      OTEL_EXPORTER_OTLP_ENDPOINT: "https://obsbox:8443/otlp",
      OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20t",
      NODE_EXTRA_CA_CERTS: "/run/obsbox/ca.crt",
      OBSBOX_LOG_DIR: "/var/log/services",
      OTEL_EXPORTER_PROMETHEUS_HOST: "0.0.0.0",
    },
    network: "obsbox_apps",
    mounts: ["/box/ca.crt:/run/obsbox/ca.crt:ro", "/box/logs:/var/log/services"],
    group: "1234",
  });
});

const values = fc.stringMatching(/^[^\r\n\0]*$/);

test("a shell reads any value as it was meant", () => {
  const samples = fc.sample(values, 20);
  const lines = samples.map((value, index) => formats.shell(`V${index}`, value));
  const names = samples.map((_value, index) => `"$V${index}"`);
  const script = `${lines.join("\n")}\nprintf '%s\\0' ${names.join(" ")}`;
  expect(execFileSync("sh", ["-c", script], { encoding: "utf8" }).split("\0").slice(0, -1)).toEqual(samples);
});

test("what is written as an .env file is read as it was meant", () => {
  const withoutQuotes = values.filter((value) => !value.includes("'"));
  fc.assert(
    fc.property(withoutQuotes, (value) => {
      expect(parseEnvironment(formats.dotenv("A", value))).toEqual({ A: value });
    }),
  );
});
