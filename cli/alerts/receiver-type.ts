/** What a type of receiver is, and what its settings may look like. */

export interface Setting {
  readonly about: string;
  readonly isRequired?: true;
  readonly kind: keyof typeof kinds;
}

export interface ReceiverSecret {
  readonly about: string;
  readonly kind: "url" | "token";
  /** Needed only together with this setting. */
  readonly with?: string;
}

export interface ReceiverType {
  readonly about: string;
  readonly secret: ReceiverSecret;
  readonly settings: Readonly<Record<string, Setting>>;
  /** One of these has to be given. */
  readonly oneOf?: readonly string[];
  /** Key of Alertmanager's configuration, and the name that its metrics have for it. */
  readonly key: `${string}_configs`;
  readonly integration: string;
  /** @param settings Checked. @param secret Path of the secret's file inside the container. */
  configuration(settings: Settings, secret: string): Readonly<Record<string, unknown>>;
}

export type Settings = Readonly<Record<string, string>>;

interface Kind {
  /** For the message: what would have been right. */
  readonly expected: string;
  readonly pattern: RegExp;
}

const address = String.raw`[^\s@<>,"{}]+@[^\s@<>,"{}]+`;

/** No value may hold `{{`: Alertmanager would run it. */
export const kinds = {
  text: { expected: "one line of at most 200 signs, without { and }", pattern: /^[^\p{Cc}{}]{1,200}$/u },
  number: { expected: "a whole number", pattern: /^-?[1-9]\d{0,18}$/ },
  switch: { expected: "true or false", pattern: /^(true|false)$/ },
  server: { expected: "HOST:PORT, for instance smtp.example.com:587", pattern: /^[A-Za-z0-9][A-Za-z0-9.-]*:\d{1,5}$/ },
  address: { expected: "a mail address", pattern: new RegExp(`^${address}$`) },
  addresses: {
    expected: "mail addresses with commas between them",
    pattern: new RegExp(`^${address}( *, *${address})*$`),
  },
  url: { expected: "an address that begins with https:// or http://", pattern: /^https?:\/\/[^\s"'{}\\]+$/ },
} as const satisfies Readonly<Record<string, Kind>>;
