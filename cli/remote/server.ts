/** A server that somebody else runs: its address, who we are there, and whom to trust. */
import { readFileSync } from "node:fs";
import type { Option } from "../command.ts";
import { UserError } from "../errors.ts";

export type Product = "Grafana" | "Kibana" | "Prometheus";

export interface Server {
  readonly product: Product;
  /** Without a slash at its end; may have a path. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Certificates of authorities to trust beside none other. */
  readonly ca?: Buffer;
}

/** Variables that hold a token, so that it stands in no list of processes and in no history of a shell. */
export const tokenVariables: Readonly<Record<Product, string>> = {
  Grafana: "OBSBOX_GRAFANA_TOKEN",
  Kibana: "OBSBOX_KIBANA_API_KEY",
  Prometheus: "OBSBOX_PROMETHEUS_TOKEN",
};

/** What a token is called there, and how it is sent. */
const tokenWords: Readonly<Record<Product, readonly [option: string, scheme: string]>> = {
  Grafana: ["token-file", "Bearer"],
  Kibana: ["api-key-file", "ApiKey"],
  Prometheus: ["token-file", "Bearer"],
};

/** Options that say who we are at a server. */
export function accessOptions(product: Product): Readonly<Record<string, Option>> {
  return {
    [tokenWords[product][0]]: { value: "FILE", about: `File with the token; or set ${tokenVariables[product]}` },
    user: { value: "NAME", about: "User, for basic authentication" },
    "password-file": { value: "FILE", about: "File with the password of the user" },
    ca: { value: "FILE", about: "Certificate of the authority that signed the server's" },
  };
}

type Values = Readonly<Record<string, string | undefined>>;

/** @throws UserError for an address that is none, and for files that cannot be read. */
export function readServer(product: Product, address: string, values: Values, env: NodeJS.ProcessEnv): Server {
  const url = addressOf(product, address);
  const authorization = authorizationOf(product, values, env);
  const ca = values["ca"] === undefined ? undefined : readGiven("--ca", values["ca"]);
  const headers = {
    ...(authorization === undefined ? {} : { authorization }),
    ...(values["tenant"] === undefined ? {} : { "x-scope-orgid": values["tenant"] }),
  };
  return { product, url, headers, ...(ca === undefined ? {} : { ca }) };
}

/** What to say where a secret leaves this machine in clear text; undefined where it does not. */
export function clearTextWarning({ product, url, headers }: Server): string | undefined {
  const { protocol, hostname } = new URL(url);
  const isLocal = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
  if (protocol === "https:" || isLocal || headers["authorization"] === undefined) return undefined;
  return `Without TLS anybody on the way to ${product} can read the token: better give an https address.`;
}

function addressOf(product: Product, given: string): string {
  const url = URL.parse(given);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    const hint = `expected an address, for instance https://${product.toLowerCase()}.example.com`;
    throw new UserError(`${JSON.stringify(given)} is no address of a ${product}`, { hint, exitCode: 2 });
  }
  if (url.username !== "" || url.password !== "") {
    const hint = "give them by --user and --password-file: addresses end up in lists and logs";
    throw new UserError("the address holds a user or a password", { hint, exitCode: 2 });
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, "");
}

function authorizationOf(product: Product, values: Values, env: NodeJS.ProcessEnv): string | undefined {
  const { user, "password-file": passwordFile } = values;
  const [tokenOption, scheme] = tokenWords[product];
  const tokenFile = values[tokenOption];
  if ((user === undefined) !== (passwordFile === undefined)) {
    const hint = `give --user and --password-file, or --${tokenOption}`;
    throw new UserError("a user and a password belong together", { hint, exitCode: 2 });
  }
  if (user !== undefined && passwordFile !== undefined) {
    const password = readSecret("--password-file", passwordFile);
    return `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
  }
  const token =
    tokenFile === undefined ? env[tokenVariables[product]]?.trim() : readSecret(`--${tokenOption}`, tokenFile);
  return token === undefined || token === "" ? undefined : `${scheme} ${token}`;
}

function readSecret(option: string, path: string): string {
  const secret = readGiven(option, path).toString("utf8").trim();
  if (secret !== "" && !/[\r\n]/.test(secret)) return secret;
  throw new UserError(`${option}: ${path} does not hold one line`, { hint: "expected the secret alone in the file" });
}

function readGiven(option: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const why = error instanceof Error && "code" in error ? String(error.code) : String(error);
    throw new UserError(`${option}: ${path} cannot be read (${why})`, { hint: "is the path right?", cause: error });
  }
}
