import { describe, expect, test } from "vitest";
import { UserError } from "../errors.ts";
import { checkAddress, checkOfficeHours, checkReceiver, readAudience } from "./check.ts";
import type { Receiver } from "./receiver.ts";
import { receiverTypes } from "./receiver-types.ts";
import type { ReceiverType, Settings } from "./receiver-type.ts";

const receiver = (type: string, settings: Settings = {}, name = type): Receiver => ({
  name,
  type,
  for: "all",
  settings,
});

/** The message and the hint of what is refused. */
function refusalOf(check: () => unknown): string {
  try {
    check();
    return "nothing was refused";
  } catch (error) {
    return error instanceof UserError ? `${error.message}; ${error.hint}` : "no UserError";
  }
}

const refused: readonly (readonly [string, Receiver, RegExp])[] = [
  ["a type that there is not", receiver("pigeon"), /the type .*"pigeon"; expected one of email, slack, .*, wecom$/],
  ["a name with capitals", receiver("slack", {}, "Team"), /the name .*"Team"; .*lower-case/],
  ["a name that would leave its folder", receiver("slack", {}, "../ca"), /the name/],
  ["a name of the base", receiver("webhook", {}, "heartbeat"), /another name than heartbeat, nobody/],
  ["a setting of another type", receiver("discord", { channel: "x" }), /--set .*"channel"; .*discord has none/],
  ["an unknown setting", receiver("slack", { chanel: "x" }), /--set .*"chanel"; expected one of channel$/],
  ["a missing setting", receiver("telegram"), /type telegram needs chat_id; add --set chat_id=…$/],
  ["several missing settings", receiver("email", { to: "a@b.c" }), /needs from, smarthost; add --set from=… --set s/],
  ["nobody to write to", receiver("wechat", { corp_id: "c", agent_id: "1" }), /one of to_user, to_party, to_tag/],
  ["a chat that is no number", receiver("telegram", { chat_id: "@team" }), /chat_id .*"@team"; .*whole number/],
  ["a server without a port", receiver("email", mail({ smarthost: "mail.example.com" })), /HOST:PORT/],
  ["an address of no mail", receiver("email", mail({ to: "ada" })), /mail addresses/],
  ["a template in a setting", receiver("slack", { channel: "{{ .ExternalURL }}" }), /without \{ and \}/],
  ["an API of this container", receiver("telegram", { chat_id: "1", api_url: "http://localhost:1" }), /host\.docker/],
];

function mail(change: Settings): Settings {
  return { to: "a@example.com", from: "b@example.com", smarthost: "mail.example.com:587", ...change };
}

test.each(refused)("%s is refused with what would have been right", (_what, given, expected) => {
  expect(refusalOf(() => checkReceiver(given))).toMatch(expected);
});

test.each([
  receiver("slack"),
  receiver("email", mail({ to: "a@example.com, b@example.com", require_tls: "false" })),
  receiver("telegram", { chat_id: "-1001234567890" }),
  receiver("wechat", { corp_id: "c", agent_id: "1000002", to_user: "@all" }),
  receiver("msteams", {}, "team-2"),
])("$type with $settings is taken", (given) => {
  expect(checkReceiver(given)).toEqual(given);
});

describe("an address", () => {
  test.each(["hooks.slack.com/x", "ftp://a/b", "https://", "https://a b", "https://a/{{ .Status }}", ""])(
    "%j is refused and not shown, because it may hold a key",
    (text) => {
      const refusal = refusalOf(() => checkAddress("the address", text));
      expect(refusal).toBe("the address is not usable; expected an address that begins with https:// or http://");
    },
  );

  test.each(["http://localhost:8080/hook", "https://127.0.0.1/", "http://[::1]:80/"])(
    "%s is the container's own",
    (url) => {
      expect(refusalOf(() => checkAddress("the address", url))).toContain("host.docker.internal");
    },
  );

  test.each(["https://hooks.slack.com/services/T0/B0/x", "http://host.docker.internal:8080/?key=a%20b"])(
    "%s is taken",
    (url) => {
      expect(() => checkAddress("the address", url)).not.toThrow();
    },
  );
});

test("whom it is for is critical, warning or all", () => {
  expect(readAudience("critical")).toBe("critical");
  expect(refusalOf(() => readAudience("info"))).toMatch(/"info"; expected one of critical, warning, all$/);
});

const hours = { days: "monday:friday", from: "08:00", to: "18:00", timeZone: "Europe/Berlin" };

test.each([
  [{ ...hours, days: "mon-fri" }, /the days/],
  [{ ...hours, from: "8" }, /the hours/],
  [{ ...hours, to: "07:00" }, /end later than the start/],
  [{ ...hours, timeZone: "Europe/Nowhere" }, /the time zone/],
])("office hours %j are refused", (given, expected) => {
  expect(refusalOf(() => checkOfficeHours(given))).toMatch(expected);
});

test("office hours are days, two times and a time zone", () => {
  expect(checkOfficeHours(hours)).toEqual(hours);
});

describe.each<readonly [string, ReceiverType]>(Object.entries(receiverTypes))("the type %s", (_name, type) => {
  const required = Object.entries(type.settings).map(([key]) => [key, "1"] as const);
  const configuration = JSON.stringify(type.configuration(Object.fromEntries(required), "/run/obsbox/its-secret"));

  test("reads its secret from a file", () => {
    expect(configuration).toMatch(/"(\w+_file|credentials_file)":"\/run\/obsbox\/its-secret"/);
  });

  test("tells the end of an alert", () => {
    expect(configuration).toContain('"send_resolved":true');
  });
});
