import type { Attributes, Json } from "../../../records.ts";

/** Names and values, one a line. */
export function AttributeTable({ attributes, caption }: { readonly attributes: Attributes; readonly caption: string }) {
  const entries = Object.entries(attributes).toSorted(([a], [b]) => (a < b ? -1 : 1));
  if (entries.length === 0) return null;
  return (
    <table class="attributes">
      <caption>{caption}</caption>
      <tbody>
        {entries.map(([name, value]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>{textOf(value)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function textOf(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
