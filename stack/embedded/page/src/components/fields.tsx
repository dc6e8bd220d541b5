/** Fields of filters: what they hold stands in the address. */
import type { InputHTMLAttributes } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useApi } from "../api.ts";
import type { ServiceSummary } from "../api.ts";
import { hrefOf, setQuery } from "../location.ts";
import type { Location } from "../location.ts";

interface FieldProps {
  readonly location: Location;
  /** Name in the address. */
  readonly name: string;
  readonly label: string;
}

/** Typing changes the address after a moment. */
const typingMs = 250;

export function TextField({ location, name, label, ...input }: FieldProps & InputHTMLAttributes) {
  const given = location.query.get(name) ?? "";
  const [typed, setTyped] = useState(given);
  useEffect(() => setTyped(given), [given]);
  useEffect(() => {
    if (typed === given) return undefined;
    const timer = setTimeout(() => setQuery({ [name]: typed }), typingMs);
    return () => clearTimeout(timer);
  }, [typed, given, name]);
  return (
    <label>
      {label}
      <input name={name} value={typed} onInput={(event) => setTyped(event.currentTarget.value)} {...input} />
    </label>
  );
}

interface ChoiceProps extends FieldProps {
  /** What all choices together are called. */
  readonly all: string;
  readonly choices: readonly (string | readonly [string, string])[];
}

export function ChoiceField({ location, name, label, all, choices }: ChoiceProps) {
  const value = location.query.get(name) ?? "";
  const known = choices.map((choice) => (typeof choice === "string" ? ([choice, choice] as const) : choice));
  const isMissing = value !== "" && !known.some(([choice]) => choice === value);
  return (
    <label>
      {label}
      <select name={name} value={value} onChange={(event) => setQuery({ [name]: event.currentTarget.value })}>
        <option value="">{all}</option>
        {[...(isMissing ? [[value, value] as const] : []), ...known].map(([choice, text]) => (
          <option key={choice} value={choice}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

export function SwitchField({ location, name, label }: FieldProps) {
  const isOn = location.query.get(name) === "true";
  return (
    <label class="switch">
      <input
        type="checkbox"
        name={name}
        checked={isOn}
        onChange={(event) => setQuery({ [name]: event.currentTarget.checked ? "true" : undefined })}
      />
      {label}
    </label>
  );
}

const servicesEveryMs = 10_000;

export function ServiceField({ location }: { readonly location: Location }) {
  const minutes = location.query.get("minutes") ?? undefined;
  const { data } = useApi<readonly ServiceSummary[]>(hrefOf("/api/services", { minutes }), servicesEveryMs);
  const choices = (data ?? []).map(({ name }) => name);
  return <ChoiceField location={location} name="service" label="Service" all="All services" choices={choices} />;
}
