/** Names of topics and queues, which are labels and in names of spans: what a service makes up must not become many. */

/** What is known of where messages go to. */
export interface Destination {
  /** As the broker knows it; undefined for one that is there for a while only. */
  readonly name: string | undefined;
  readonly isTemporary: boolean;
  /** Of a bounded set; undefined for one too many. */
  readonly label: string | undefined;
}

const maxNames = 200;

/** Queues that the broker or a client names: `amq.gen-...`, `amq.rabbitmq.reply-to...`, or anything with a UUID. */
const generated = /^amq\.(?:gen|rabbitmq|ctag)|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/i;

/** As the semantic conventions call all of them. */
const temporary = { name: undefined, isTemporary: true, label: "(temporary)" };

/** Makes what tells destinations apart; only the first few hundred of a process get a label. */
export function createDestinations(): (name: string) => Destination {
  const known = new Map<string, Destination>();
  return (name) => {
    const found = known.get(name);
    if (found !== undefined) return found;
    if (generated.test(name)) return temporary;
    if (known.size >= maxNames) return { name, isTemporary: false, label: undefined };
    const destination = { name, isTemporary: false, label: name };
    known.set(name, destination);
    return destination;
  };
}
