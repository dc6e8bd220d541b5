import { severityName } from "../../../severity.ts";

/** The level of a record, in words and colour. */
export function Level({ severity }: { readonly severity: number }) {
  const name = severityName(severity);
  return <span class={`level ${name}`}>{name}</span>;
}
