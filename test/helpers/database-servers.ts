/** Real servers of databases in containers, for the tests of instrumentations. */
import { createConnection } from "node:net";
import { once } from "node:events";
import { GenericContainer } from "testcontainers";
import { imageOfServer } from "./images.ts";
import { waitFor } from "./wait-for.ts";

/** Must be seen nowhere. */
export const password = "password-planted-4711";

export interface DatabaseServer extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** Where a service finds it, with user and password where it has them. */
  readonly url: string;
}

export interface Choice {
  readonly image: Parameters<typeof imageOfServer>[0];
  readonly port: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly command?: readonly string[];
  readonly url: (address: string) => string;
  /** What a client says first, where the server waits for it; its answer shows that it is there. */
  readonly hello?: Uint8Array;
  /** Port on this machine, where the server has to know it; any other free one otherwise. */
  readonly hostPort?: number;
}

const choices = {
  postgres: {
    image: "postgres",
    port: 5432,
    environment: { POSTGRES_PASSWORD: password, POSTGRES_USER: "shop", POSTGRES_DB: "shop" },
    url: (address) => `postgres://shop:${password}@${address}/shop`,
    // A question for TLS, which it answers with one letter.
    hello: Uint8Array.of(0, 0, 0, 8, 4, 210, 22, 47),
  },
  mariadb: {
    image: "mariadb",
    port: 3306,
    environment: {
      MARIADB_ROOT_PASSWORD: password,
      MARIADB_DATABASE: "shop",
      MARIADB_USER: "shop",
      MARIADB_PASSWORD: password,
    },
    url: (address) => `mysql://shop:${password}@${address}/shop`,
  },
  redis: {
    image: "redis",
    port: 6379,
    environment: {},
    command: ["redis-server", "--requirepass", password],
    url: (address) => `redis://:${password}@${address}/2`,
    hello: Buffer.from("PING\r\n"),
  },
} as const satisfies Record<string, Choice>;

export function startDatabase(name: keyof typeof choices): Promise<DatabaseServer> {
  return startServer(choices[name]);
}

/** A Kafka takes its time on a machine that has other things to do. */
const startMs = 180_000;

/** Starts a server, and gives it when it answers. */
export async function startServer(choice: Choice): Promise<DatabaseServer> {
  const { image, port, environment, command, url, hello, hostPort }: Choice = choice;
  const container = new GenericContainer(imageOfServer(image))
    .withEnvironment(environment)
    .withStartupTimeout(startMs)
    .withExposedPorts(hostPort === undefined ? port : { container: port, host: hostPort });
  const started = await (command === undefined ? container : container.withCommand([...command])).start();
  const [host, mapped] = ["127.0.0.1", started.getMappedPort(port)];
  await waitFor(`${image} to answer`, () => answers(host, mapped, hello), startMs);
  return {
    host,
    port: mapped,
    url: url(`${host}:${mapped}`),
    async [Symbol.asyncDispose]() {
      await started.stop({ timeout: 0 });
    },
  };
}

/** The engine takes connections before the server does, and closes them: only a byte from the server counts. */
async function answers(host: string, port: number, hello: Uint8Array | undefined): Promise<boolean> {
  const socket = createConnection({ host, port });
  try {
    if (hello !== undefined) socket.write(hello);
    const [first] = await Promise.race([once(socket, "data"), once(socket, "close").then(() => [undefined])]);
    return first !== undefined;
  } finally {
    socket.destroy();
  }
}
