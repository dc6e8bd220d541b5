/** Other ways to write a path, of which some part on the way may think that it is the same, or another one. */

type Mutator = (path: string) => readonly string[];

/** One character or letter sequence in the place of each slash but the first, one after the other. */
const atEachJoint =
  (replacement: string): Mutator =>
  (path) =>
    [...path.matchAll(/\//g)].map(({ index }) => path.slice(0, index) + replacement + path.slice(index + 1));

const atLastJoint =
  (replacement: string): Mutator =>
  (path) => [path.replace(/\/(?=[^/]*$)/, () => replacement)];

const after =
  (...endings: readonly string[]): Mutator =>
  (path) =>
    endings.map((ending) => path + ending);

const before =
  (...beginnings: readonly string[]): Mutator =>
  (path) =>
    beginnings.map((beginning) => beginning + path);

const percent = (character: string) => `%${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
const wide = (character: string) =>
  Buffer.from(String.fromCodePoint(character.charCodeAt(0) + 0xfee0)).toString("latin1");
const lastName = /[^/]+$/;

export const pathMutators: Readonly<Record<string, Mutator>> = {
  "as it is": (path) => [path],
  "slash twice": atEachJoint("//"),
  "dot between": atEachJoint("/./"),
  "there and back": atEachJoint("/x/../"),
  "there and back, encoded": atLastJoint("/x/%2e%2e/"),
  "there and back, slash encoded": atLastJoint("/x/..%2f"),
  "there and back, all encoded": atLastJoint("/x%2f%2e%2e%2f"),
  "there and back, with parameter": atLastJoint("/x/..;/"),
  "there and back, backslash": atLastJoint("/x\\..\\"),
  "slash encoded": atEachJoint("%2f"),
  "slash encoded twice": atEachJoint("%252f"),
  "slash overlong": atLastJoint("%c0%af"),
  "slash overlong, three bytes": atLastJoint("%e0%80%af"),
  "slash full-width": atLastJoint("%ef%bc%8f"),
  backslash: atEachJoint("\\"),
  "backslash encoded": atEachJoint("%5c"),
  "NUL at a joint": atLastJoint("/%00"),
  endings: after("/", "//", "/.", "/..", "/../", "/..;/", ".", "..", "%2e", "%2f", "/%2e", "/%2e%2e", "~", "*"),
  "control characters at the end": after(
    "%00",
    "%0a",
    "%0d%0a",
    "%0d%0aX-WEBAUTH-USER:%20mallory",
    "%09",
    "\t",
    "%20",
    "%7f",
  ),
  "parameters and queries": after(
    ";a=b",
    ";/",
    "#",
    "#/",
    "?",
    "?/..",
    "?a=/../",
    "?x=%2f..%2f",
    "%3f",
    "%23",
    ".json",
    ".css",
    "%3b",
  ),
  "upper case": (path) => [path.toUpperCase(), path.replace(lastName, (name) => name.toUpperCase())],
  "one capital": (path) => [path.replace(lastName, (name) => name.charAt(0).toUpperCase() + name.slice(1))],
  "a letter encoded": (path) => [
    path.replace(lastName, (name) => percent(name.charAt(0)) + name.slice(1)),
    path.replace(/(?<=^\/)./, percent),
    path.replaceAll(/(?<=\/)./g, percent),
  ],
  "all letters encoded": (path) => [path.replaceAll(/[a-z]/g, percent)],
  "letters encoded twice": (path) => [
    path.replace(lastName, (name) => `%25${percent(name.charAt(0)).slice(1)}${name.slice(1)}`),
  ],
  "a letter full-width": (path) => [path.replace(lastName, (name) => wide(name.charAt(0)) + name.slice(1))],
  "unicode escape": (path) => [
    path.replace(lastName, (name) => `%u00${percent(name.charAt(0)).slice(1)}${name.slice(1)}`),
  ],
  "from an open place": before(
    "/oauth2/..",
    "/oauth2/%2e%2e",
    "/oauth2/..;",
    "/oauth2/sign_in/..%2f..",
    "/oauth2/static/../..",
    "/oauth2/static/..\\..",
    "/oauth2",
    "/otlp/v1/traces/../../..",
    "/push/metrics/job/x/../../../..",
    "/grafana/..",
    "/grafana/public/..%2f..",
    "/grafana/api/x/..%2f..%2f..",
    "/prometheus/graph/../..",
    "/jaeger/static/../..",
  ),
  "more at the beginning": before("/", "//", "/.", "/./", "/..", "/%2e", "/%2f", "\\", "/x/..", "%2f", "."),
  "another host inside": before(
    "http://box.test",
    "https://box.test",
    "http://box.test:443",
    "HTTP://box.test",
    "http://user@box.test",
  ),
  "a strange host inside": before(
    "http://other.test",
    "http://",
    "http:",
    "http://box.test.",
    "//other.test",
    "ftp://box.test",
  ),
};
