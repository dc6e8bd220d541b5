/** What makes a good enough password: length, and nothing that makes people write it down. */

const minLength = 12;
const maxLength = 256;

/** For the page. */
export const passwordRule = `At least ${minLength} characters. Several words are fine; nothing else is asked.`;

/** The one way in which a password is hashed and compared, however its letters were typed. */
export function normalPassword(given: string): string {
  return given.normalize("NFKC");
}

/** Whether it can be a password at all: what is longer is not hashed. */
export function canBePassword(given: string): boolean {
  return given.length > 0 && given.length <= maxLength * 2;
}

/** Says why a password cannot be chosen; undefined when it can. */
export function passwordProblem(given: string, userName: string): string | undefined {
  const length = normalPassword(given).length;
  if (length < minLength) return `It has ${length} characters; at least ${minLength} are needed.`;
  if (length > maxLength) return `It has ${length} characters; at most ${maxLength} are possible.`;
  if (normalPassword(given).trim().toLowerCase() === userName) return "It is the user name.";
  return undefined;
}
