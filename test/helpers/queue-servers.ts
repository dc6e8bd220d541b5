/** Real brokers in containers, for the tests of instrumentations and recipes. */
import { password, startServer } from "./database-servers.ts";
import type { DatabaseServer } from "./database-servers.ts";
import { freePort } from "./free-port.ts";

export function startRabbit(): Promise<DatabaseServer> {
  return startServer({
    image: "rabbitmq",
    port: 5672,
    environment: { RABBITMQ_DEFAULT_USER: "shop", RABBITMQ_DEFAULT_PASS: password },
    url: (address) => `amqp://shop:${password}@${address}`,
    // The protocol and its version.
    hello: Uint8Array.of(65, 77, 81, 80, 0, 0, 9, 1),
  });
}

/** One node, which asks clients for a password. It tells them where it is, and so has to know it itself. */
export async function startKafka(): Promise<DatabaseServer> {
  const hostPort = await freePort();
  return startServer({
    image: "kafka",
    port: 9092,
    hostPort,
    environment: {
      KAFKA_NODE_ID: "1",
      KAFKA_PROCESS_ROLES: "broker,controller",
      KAFKA_CONTROLLER_LISTENER_NAMES: "CONTROLLER",
      KAFKA_CONTROLLER_QUORUM_VOTERS: "1@localhost:9093",
      KAFKA_LISTENERS: "CLIENT://:9092,CONTROLLER://:9093,BROKER://:9094",
      KAFKA_ADVERTISED_LISTENERS: `CLIENT://127.0.0.1:${hostPort},BROKER://localhost:9094`,
      KAFKA_INTER_BROKER_LISTENER_NAME: "BROKER",
      KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: "CLIENT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT,BROKER:PLAINTEXT",
      KAFKA_LISTENER_NAME_CLIENT_SASL_ENABLED_MECHANISMS: "PLAIN",
      KAFKA_LISTENER_NAME_CLIENT_PLAIN_SASL_JAAS_CONFIG: `org.apache.kafka.common.security.plain.PlainLoginModule required user_shop="${password}";`,
      KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: "1",
      KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: "1",
      KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: "1",
      KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: "0",
      KAFKA_AUTO_CREATE_TOPICS_ENABLE: "false",
    },
    url: (address) => `kafka://shop:${password}@${address}`,
    // The question which versions of the protocol it speaks.
    hello: Uint8Array.of(0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 255, 255),
  });
}
