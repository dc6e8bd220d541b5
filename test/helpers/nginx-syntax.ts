/** Just enough of Nginx's language to check rules over it: directives with words and blocks. */

export interface Directive {
  readonly name: string;
  readonly args: readonly string[];
  readonly block?: Block;
}

export type Block = readonly Directive[];

/** Quoted words, marks, other words; comments are left out. */
const tokens =
  /"((?:[^"\\]|\\[^])*)"|'((?:[^'\\]|\\[^])*)'|([{};])|#[^\n]*|((?:\$\{\w+\}|[^\s{};"'#])(?:\$\{\w+\}|[^\s{};])*)/g;

/**
 * Parses a file.
 *
 * @throws Error when a block is not closed.
 */
export function parseNginx(text: string): Block {
  const words: { readonly text: string; readonly isMark: boolean }[] = [];
  for (const [, double, single, mark, word] of text.matchAll(tokens)) {
    const content = mark ?? double ?? single ?? word;
    if (content !== undefined) words.push({ text: content, isMark: mark !== undefined });
  }
  return readBlock(words.values(), false);
}

type Words = IterableIterator<{ readonly text: string; readonly isMark: boolean }>;

function readBlock(words: Words, isInner: boolean): Block {
  const block: Directive[] = [];
  let current: string[] = [];
  for (const { text, isMark } of { [Symbol.iterator]: () => ({ next: () => words.next() }) }) {
    if (!isMark) {
      current.push(text);
      continue;
    }
    if (text === "}") return block;
    const [name = "", ...args] = current;
    block.push(text === "{" ? { name, args, block: readBlock(words, true) } : { name, args });
    current = [];
  }
  if (isInner || current.length > 0) throw new Error(`a block or directive is not closed: ${current.join(" ")}`);
  return block;
}

/** All directives of a block and of those inside it; what stands in a map is no directive. */
export function walk(block: Block): Directive[] {
  return block.flatMap((directive) => [
    directive,
    ...(directive.block === undefined || directive.name === "map" ? [] : walk(directive.block)),
  ]);
}

/** A file with the files that it includes in their places; templates count as what is made of them. */
export function included(files: ReadonlyMap<string, Block>, name: string): Block {
  const block = files.get(name.startsWith("conf.d/") ? `templates/${name.slice("conf.d/".length)}.template` : name);
  if (block === undefined) throw new Error(`there is no file ${name}; there are ${[...files.keys()].join(", ")}`);
  return resolve(files, block);
}

function resolve(files: ReadonlyMap<string, Block>, block: Block): Block {
  return block.flatMap((directive) => {
    const [path = ""] = directive.args;
    // Absolute paths are files of the box, not of the repository.
    if (directive.name === "include" && !path.startsWith("/")) return [directive, ...included(files, path)];
    return [directive.block === undefined ? directive : { ...directive, block: resolve(files, directive.block) }];
  });
}
