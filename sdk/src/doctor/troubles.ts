/** Why a server cannot be reached or does not take anything: one row for each reason, with its remedy. */
import { messageOf } from "../diagnostics.ts";
import type { Finding } from "./finding.ts";
import { deadlineMs } from "./ask.ts";

interface Trouble {
  readonly code: string;
  readonly what: string;
  readonly remedy: string;
}

type Row = Trouble & { readonly errors: RegExp };

/** By the code of an error of Node.js. */
const silences: readonly Row[] = [
  {
    errors: /^(ENOTFOUND|EAI_AGAIN|EAI_NODATA|EAI_NONAME)$/,
    code: "address-unknown",
    what: "its name is not known to DNS",
    remedy: "check the host in the address, and the DNS of this machine or container",
  },
  {
    errors: /^(ECONNREFUSED|ENOENT)$/,
    code: "connection-refused",
    what: "nobody listens there",
    remedy: "start it, or check host and port; localhost in a container is the container itself",
  },
  {
    errors: /^(ABORT_ERR|ETIMEDOUT|23)$/,
    code: "no-answer",
    what: `it gives no answer within ${deadlineMs / 1000} s`,
    remedy: "check firewalls and proxies on the way, and whether it is overloaded",
  },
  {
    errors: /^(EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL)$/,
    code: "no-route",
    what: "there is no way to it in the network",
    remedy: "check the network of this machine or container",
  },
  {
    errors: /CERT|UNABLE_TO_|SELF_SIGNED|ERR_TLS|ERR_SSL|EPROTO/,
    code: "tls-refused",
    what: "the encrypted connection fails",
    remedy: "give its authority in {ca} or NODE_EXTRA_CA_CERTS; check https:// against http://",
  },
];

const failed: Trouble = {
  code: "connection-failed",
  what: "the connection breaks off",
  remedy: "check host and port, and whether http:// should be https://",
};

/** Names of options that remedies mention. */
export interface Words {
  readonly ca: string;
  readonly key: string;
  readonly address: string;
}

export function troubleOfError(error: unknown, words: Words): Finding {
  const code = codeOf(error);
  const row = silences.find(({ errors }) => errors.test(code)) ?? failed;
  const reason =
    [row.code === "no-answer" ? "" : messageOf(error), code].find((text) => text !== "") ?? "no reason given";
  return finding(row, `${row.what} (${reason})`, words);
}

const answers: readonly (Trouble & { readonly statuses: RegExp })[] = [
  {
    statuses: /^(401|403|407)$/,
    code: "not-authorized",
    what: "it does not let this service in",
    remedy: "check the token: {key}",
  },
  {
    statuses: /^(3..|404|405)$/,
    code: "wrong-path",
    what: "there is something else at this address",
    remedy: "check path and port: {address}",
  },
  {
    statuses: /^(408|429|5..)$/,
    code: "not-available",
    what: "it takes nothing now",
    remedy: "look at its own log; what is made until then is kept up to its bounds and sent again",
  },
  {
    statuses: /./,
    code: "not-taken",
    what: "it does not take what the SDK sends",
    remedy: "check that it is what it should be: {address}",
  },
];

/** @param status - None of success. */
export function troubleOfStatus(status: number, words: Words): Finding | undefined {
  const row = answers.find(({ statuses }) => statuses.test(String(status)));
  return row && finding(row, `it answers ${status}: ${row.what}`, words);
}

function finding({ code, remedy }: Trouble, what: string, words: Words): Finding {
  const { ca, key, address } = words;
  const filled = remedy.replace("{ca}", ca).replace("{key}", key).replace("{address}", address);
  return { level: "failure", code, what, remedy: filled };
}

/** Of several addresses that were tried, Node.js keeps the errors together. */
function codeOf(error: unknown): string {
  if (typeof error !== "object" || error === null) return "";
  return String(Reflect.get(error, "code") ?? "");
}
