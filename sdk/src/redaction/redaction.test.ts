import { readFileSync } from "node:fs";
import { join } from "node:path";
import { array, assert, constantFrom, oneof, property, string, stringMatching } from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { configureRedaction, kindOfKey, redactAttributes, redactJson, redactText, redactValue } from "./index.ts";

afterEach(() => configureRedaction({ enabled: true, keys: [] }));

const hidden = "[REDACTED]";
const jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U";

describe("a key is secret", () => {
  test.each([
    "password",
    "PASSWORD",
    "userPassword",
    "db_password",
    "new-password",
    "passwd",
    "passphrase",
    "pwd",
    "pin",
    "cvv",
    "cardNumber",
    "user.password",
  ])("%s, whatever stands there", (key) => {
    expect(redactValue(kindOfKey(key), "hunter2")).toBe(hidden);
    expect(redactValue(kindOfKey(key), 1234)).toBe(hidden);
  });

  test.each([
    "authorization",
    "Authorization",
    "proxy-authorization",
    "Cookie",
    "set-cookie",
    "x-api-key",
    "apiKey",
    "API_KEY",
    "AWS_SECRET_ACCESS_KEY",
    "clientSecret",
    "accessToken",
    "refresh_token",
    "x-amz-security-token",
    "jwt",
    "connect.sid",
    "PHPSESSID",
    "sessionId",
    "privateKey",
    "credentials",
    "auth",
    "csrfToken",
    "X-Hub-Signature",
    "http.request.header.x-internal-thing",
  ])("%s, for texts and objects; numbers are counts", (key) => {
    expect(redactValue(kindOfKey(key), "s3cr3t")).toBe(hidden);
    expect(redactValue(kindOfKey(key), ["s3cr3t"])).toBe(hidden);
    expect(redactValue(kindOfKey(key), { value: "s3cr3t" })).toBe(hidden);
    expect(redactValue(kindOfKey(key), 7)).toBe(7);
  });

  test.each([
    "orderId",
    "author",
    "authorId",
    "tokenCount",
    "tokenType",
    "passwordUpdatedAt",
    "secretary",
    "sessionCount",
    "keyboard",
    "cookiePolicy",
    "passenger",
    "compass",
    "spinner",
    "http.request.header.content-type",
    "credential_name",
  ])("%s is not", (key) => {
    expect(redactValue(kindOfKey(key), "shown")).toBe("shown");
  });

  test("but true, false and nothing are told", () => {
    for (const value of [true, false, null, undefined, ""])
      expect(redactValue(kindOfKey("password"), value)).toBe(value);
  });

  test("also when a user adds it, in any spelling; and a built-in one is shown when a user says so", () => {
    configureRedaction({ enabled: true, keys: ["iban", "tax-id", "-sessionId"] });
    expect(redactAttributes({ IBAN: "DE1", "customer.iban": "DE2", taxId: "1", tax_id: "2", session_id: "s" })).toEqual(
      {
        IBAN: hidden,
        "customer.iban": hidden,
        taxId: hidden,
        tax_id: hidden,
        session_id: "s",
      },
    );
    expect(redactText("paid from iban: DE89370400440532013000")).toBe(`paid from iban: ${hidden}`);
    expect(redactJson("", '{"a":{"I_ban":"DE1"}}')).toBe(`{"a":{"I_ban":"${hidden}"}}`);
  });
});

describe("of a text is hidden", () => {
  test.each([
    ["password=hunter2 and more", `password=${hidden} and more`],
    ["login?user=bob&password=hunter2&x=1", `login?user=bob&password=${hidden}&x=1`],
    ["https://a.example/?access_token=abc#top", `https://a.example/?access_token=${hidden}`],
    ["user[password]=hunter2", `user[password]=${hidden}`],
    ["user%5Bpassword%5D=hunter2&a=1", `user%5Bpassword%5D=${hidden}&a=1`],
    ['body {"password":"hun\\"ter2","id":1}', `body {"password":"${hidden}","id":1}`],
    ['body "{\\"password\\":\\"hunter2\\",\\"id\\":1}"', `body "{\\"password\\":\\"${hidden}\\",\\"id\\":1}"`],
    ["{ password: 'hunter2', id: 1 }", `{ password: '${hidden}', id: 1 }`],
    ["{ tokens: [ 'a1', 'b2' ], id: 1 }", `{ tokens: ${hidden}, id: 1 }`],
    ["Server=db;User=sa;Password=p@ss,w0rd!;Timeout=5", `Server=db;User=sa;Password=${hidden};Timeout=5`],
    ["x-api-key: mysecretkey", `x-api-key: ${hidden}`],
    ["Cookie: sid=abc; theme=dark\nHost: a", `Cookie: ${hidden}\nHost: a`],
    ["Authorization: Basic dXNlcjpwYXNz", `Authorization: ${hidden}`],
    ["sent Bearer abc.DEF-123", `sent Bearer ${hidden}`],
    ["sent basic dXNlcjpwYXNz", `sent basic ${hidden}`],
    [`jwt is ${jwt}.`, `jwt is ${hidden}`],
    ["postgres://app:p@ss@db:5432/shop", `postgres://${hidden}@db:5432/shop`],
    ["redis://:pa/ss@cache:6379", `redis://${hidden}@cache:6379`],
    ["https://ghp_token@github.com/a/b", `https://${hidden}@github.com/a/b`],
    ["card 4111 1111 1111 1111 charged", `card ${hidden} charged`],
    ["card 4111-1111-1111-1111, 378282246310005", `card ${hidden}, ${hidden}`],
    [`key ghp_${"a1".repeat(18)} leaked`, `key ${hidden} leaked`],
    ["key AKIAIOSFODNN7EXAMPLE leaked", `key ${hidden} leaked`],
    ["run --db-password hunter2 --verbose", `run --db-password ${hidden} --verbose`],
    ["insert into users (name) values ('hunter2')", "insert into users (name) values (?)"],
    [
      "Failed query: UPDATE users SET note = 'hunter2' WHERE id = 5",
      "Failed query: UPDATE users SET note = ? WHERE id = 5",
    ],
    ["create user bob identified by 'hunter2'", `create user bob identified by '${hidden}'`],
    ["-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY----- x", `${hidden} x`],
    ["-----BEGIN PRIVATE KEY-----\nabc", hidden],
  ])("%j", (text, shown) => {
    expect(redactText(text)).toBe(shown);
  });

  test.each([
    "order placed",
    "at 2026-11-21T23:55:00.123Z: done in 12:30",
    "GET http://localhost:8080/users/a@b.example",
    "request failed: connect ECONNREFUSED 127.0.0.1:5432",
    "invalid token: expired",
    "Unexpected token < in JSON at position 0",
    "Basic authentication failed for user bob",
    "used 4821 of tokens: 5000",
    "order 4111111111111112 at 1763770000000",
    "0b8f2b1e-7f0a-4b52-9d0c-1a2b3c4d5e6f",
    "can't select an update",
    "password is required",
    "see https://docs.example/#password-reset",
    "a--b, done -- ok",
  ])("%j says nothing secret", (text) => {
    expect(redactText(text)).toBe(text);
  });

  test("only once: what is hidden stays as it is", () => {
    for (const text of ["password=x1", "Authorization: Bearer abc123", "postgres://u:p@h/d", '{"token":"abc"}']) {
      expect(redactText(redactText(text))).toBe(redactText(text));
    }
  });
});

describe("of a stack trace", () => {
  test("the message is looked through, and its places in files are kept", () => {
    const error = new Error("cannot log in with password=hunter2", { cause: new Error(jwt) });
    const text = redactText(`${error.stack}\nCaused by: ${String((error.cause as Error).stack)}`);
    expect(text).not.toMatch(/hunter2|eyJ/);
    expect(text.match(/redaction\.test\.ts:\d+:\d+/g)?.length).toBeGreaterThanOrEqual(2);
  });
});

describe("SQL", () => {
  test("of a span has no values", () => {
    expect(
      redactAttributes({ "db.query.text": `select * from "users" where email = 'a@b.c' and n > 5 and id = $1` }),
    ).toEqual({
      "db.query.text": "select * from ? where email = ? and n > ? and id = $1",
    });
  });

  test("whose quotes can be read in two ways has none either", () => {
    const shown = redactAttributes({ sql: String.raw`select 'C:\', 'hunter2' from t` });
    expect(JSON.stringify(shown)).not.toContain("hunter2");
  });

  test("is told from other queries", () => {
    expect(redactAttributes({ query: "shoes size 42" })).toEqual({ query: "shoes size 42" });
  });
});

describe("headers", () => {
  test("are shown by an allow-list", () => {
    const headers = { "Content-Type": "text/plain", "X-Customer": "secret", AUTHORIZATION: "x", host: "a" };
    expect(redactAttributes({ headers, reqHeaders: headers })).toEqual({
      headers: { "Content-Type": "text/plain", "X-Customer": hidden, AUTHORIZATION: hidden, host: "a" },
      reqHeaders: { "Content-Type": "text/plain", "X-Customer": hidden, AUTHORIZATION: hidden, host: "a" },
    });
  });

  test("in one list are too; columns of a table are shown", () => {
    expect(redactAttributes({ rawHeaders: ["Host", "a", "X-Key", "secret"], headers: ["name", "amount"] })).toEqual({
      rawHeaders: ["Host", "a", "X-Key", hidden],
      headers: ["name", "amount"],
    });
  });
});

test("what has nothing to hide is given back as it is", () => {
  const attributes = { a: 1, b: ["x", "y"], c: { d: true }, e: new Uint8Array(3) };
  expect(redactAttributes(attributes)).toBe(attributes);
  const json = '{"a":[1,"x"],"b":{"c":null}}';
  expect(redactJson("", json)).toBe(json);
});

test("off hides nothing", () => {
  configureRedaction({ enabled: false, keys: [] });
  expect(redactText("password=hunter2")).toBe("password=hunter2");
  expect(redactAttributes({ password: "x", card: 4111111111111111 })).toEqual({
    password: "x",
    card: 4111111111111111,
  });
  expect(redactJson("password", '"x"')).toBe('"x"');
});

describe("any text", () => {
  const fragments = constantFrom(
    ..."password= token: Bearer eyJ :// @ ' \" \\ 4111 -----BEGIN PRIVATE KEY----- -- select from [ ] { } , ; & \n".split(
      " ",
    ),
    " ",
  );
  const texts = array(oneof(fragments, string({ maxLength: 12 })), { maxLength: 40 }).map((parts) => parts.join(""));

  test("comes out as a text, and once hidden stays so", () => {
    assert(
      property(texts, (text) => {
        const twice = redactText(redactText(text));
        expect(redactText(twice)).toBe(twice);
      }),
      { numRuns: 2000 },
    );
  });

  test("does not hold a secret that it was given under a key", () => {
    const secret = stringMatching(/^[A-Za-z0-9]{3,20}Q7z9X[A-Za-z0-9]{3,20}$/);
    const around = stringMatching(/^[ a-z.,\n]{0,30}$/);
    const forms = constantFrom(
      (value: string) => `password=${value}`,
      (value: string) => `{"apiKey":"${value}"}`,
      (value: string) => `Bearer ${value}`,
      (value: string) => `https://u:${value}@h/`,
      (value: string) => `{ secret: '${value}' }`,
      (value: string) => `x-auth-token: ${value}`,
    );
    assert(
      property(around, secret, around, forms, (before, value, after, form) => {
        expect(redactText(`${before} ${form(value)} ${after}`)).not.toContain("Q7z9X");
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    "password=",
    "://",
    "eyJ",
    "select ",
    "4 ",
    "token:'",
    '{"',
    "--a ",
    "-----BEGIN PRIVATE KEY-----",
    "a.",
    "user:x@",
    "]:",
    '":',
    "\n    at ",
  ])("of 16 KB of %j takes no time that is felt", (part) => {
    const text = part.repeat(Math.ceil(16_384 / part.length));
    const start = performance.now();
    redactText(text);
    expect(performance.now() - start).toBeLessThan(500);
  });
});

test("the documents name every built-in key", () => {
  const documents = readFileSync(join(import.meta.dirname, "../../../docs/redaction.md"), "utf8");
  const named = [...documents.matchAll(/`([^`\s]+)`/g)].map(([, name = ""]) => name);
  expect(
    named.filter((name) => kindOfKey(name) === "secret" || kindOfKey(name) === "secretText").length,
  ).toBeGreaterThan(30);
});
