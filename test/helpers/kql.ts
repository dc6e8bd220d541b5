/** The part of Kibana's query language that the box's dashboards use, as Kibana turns it into Elasticsearch's queries. */

type Query = Readonly<Record<string, unknown>>;

const token = /\s*(>=|<=|[()<>:]|"(?:[^"\\]|\\.)*"|[^\s()<>:"]+)/y;

/** @throws Error for what it does not understand. */
export function elasticsearchQuery(kql: string): Query {
  const tokens = tokensOf(kql);
  if (tokens.length === 0) return { match_all: {} };
  const reader = { tokens, at: 0, kql };
  const query = disjunction(reader);
  if (reader.at < tokens.length) throw new Error(`${kql}: unexpected ${tokens[reader.at]}`);
  return query;
}

interface Reader {
  readonly tokens: readonly string[];
  readonly kql: string;
  at: number;
}

function tokensOf(kql: string): readonly string[] {
  const found: string[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < kql.trimEnd().length) {
    const match = token.exec(kql);
    if (match?.[1] === undefined) throw new Error(`${kql}: cannot be read`);
    found.push(match[1]);
  }
  return found;
}

function disjunction(reader: Reader): Query {
  const parts = [conjunction(reader)];
  while (taken(reader, "or")) parts.push(conjunction(reader));
  return parts.length === 1 ? (parts[0] ?? {}) : { bool: { should: parts, minimum_should_match: 1 } };
}

function conjunction(reader: Reader): Query {
  const parts = [condition(reader)];
  while (taken(reader, "and")) parts.push(condition(reader));
  return parts.length === 1 ? (parts[0] ?? {}) : { bool: { filter: parts } };
}

const ranges: Readonly<Record<string, string>> = { ">=": "gte", "<=": "lte", ">": "gt", "<": "lt" };

function condition(reader: Reader): Query {
  if (taken(reader, "not")) return { bool: { must_not: [condition(reader)] } };
  const field = next(reader);
  const operator = next(reader);
  const range = ranges[operator];
  if (range !== undefined) return { range: { [field]: { [range]: valueOf(next(reader)) } } };
  if (operator !== ":") throw new Error(`${reader.kql}: unexpected ${operator}`);
  if (!taken(reader, "(")) return equals(field, next(reader));
  const values = [next(reader)];
  while (taken(reader, "or")) values.push(next(reader));
  if (!taken(reader, ")")) throw new Error(`${reader.kql}: a parenthesis is open`);
  return { bool: { should: values.map((value) => equals(field, value)), minimum_should_match: 1 } };
}

function equals(field: string, value: string): Query {
  if (value === "*") return { exists: { field } };
  return value.startsWith('"') ? { match_phrase: { [field]: valueOf(value) } } : { match: { [field]: valueOf(value) } };
}

function valueOf(text: string): unknown {
  return text.startsWith('"') || /^(-?\d+(\.\d+)?|true|false)$/.test(text) ? JSON.parse(text) : text;
}

function next(reader: Reader): string {
  const one = reader.tokens[reader.at];
  if (one === undefined) throw new Error(`${reader.kql}: ends too early`);
  reader.at++;
  return one;
}

function taken(reader: Reader, expected: string): boolean {
  if (reader.tokens[reader.at] !== expected) return false;
  reader.at++;
  return true;
}
