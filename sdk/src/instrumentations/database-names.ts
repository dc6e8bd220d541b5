/** Names of commands, which are labels: what a service makes up must not become many of them. */

/** Redis with its modules knows some five hundred commands. */
const maxNames = 1000;

const shape = /^[a-z][\w.-]{0,40}$/i;

/** Makes what gives the name of a command as it is shown; undefined for what looks like none, or is one too many. */
export function createNames(show: (command: string) => string): (command: string) => string | undefined {
  const names = new Map<string, string>();
  return (command) => {
    const known = names.get(command);
    if (known !== undefined || names.size >= maxNames || !shape.test(command)) return known;
    const name = show(command);
    names.set(command, name);
    return name;
  };
}
