/** Versions as far as the checks compare them. */

type Version = readonly [major: number, minor: number];

export function majorOf(version: string): number {
  return parse(version)[0];
}

/** Whether a version is older than `major.minor`. */
export function isOlder(version: string, than: Version): boolean {
  const [major, minor] = parse(version);
  return major < than[0] || (major === than[0] && minor < than[1]);
}

/**
 * Whether a copy of the OpenTelemetry API may use what another version of it has registered: same major version, and
 * not newer. What it cannot use it leaves out without a word.
 */
export function mayUse(copy: string, registered: string): boolean {
  const [major, minor] = parse(registered);
  return majorOf(copy) === major && !isOlder(registered, [major, parse(copy)[1]]) && !Number.isNaN(minor);
}

function parse(version: string): Version {
  const [major = Number.NaN, minor = Number.NaN] = version.split(".").map(Number);
  return [major, minor];
}
