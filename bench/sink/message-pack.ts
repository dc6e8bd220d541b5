/** Steps over values in MessagePack, https://github.com/msgpack/msgpack/blob/master/spec.md, without making them. */

/** How far a value reaches beyond its first byte: bytes of its own, then values inside. */
interface Extent {
  readonly bytes: number;
  readonly values: number;
}

const flat = (bytes: number): Extent => ({ bytes, values: 0 });

/** Number of values in the list that begins here, and where the first begins. */
export function listLength(body: Buffer, at: number): { length: number; at: number } {
  const first = body.readUInt8(at);
  const { bytes, values } = extent(body, at);
  if (first >> 4 !== 0x9 && first !== 0xdc && first !== 0xdd)
    throw new TypeError(`no list but 0x${first.toString(16)}`);
  return { length: values, at: at + 1 + bytes };
}

/** Where the value that begins here ends. */
export function skip(body: Buffer, start: number): number {
  let at = start;
  for (let open = 1; open > 0; open--) {
    const { bytes, values } = extent(body, at);
    at += 1 + bytes;
    open += values;
  }
  if (at > body.length) throw new RangeError("the body ends within a value");
  return at;
}

function extent(body: Buffer, at: number): Extent {
  const first = body.readUInt8(at);
  if (first < 0x80 || first >= 0xe0) return flat(0);
  if (first < 0x90) return { bytes: 0, values: 2 * (first & 0x0f) };
  if (first < 0xa0) return { bytes: 0, values: first & 0x0f };
  if (first < 0xc0) return flat(first & 0x1f);
  const read = extents[first];
  if (read === undefined) throw new TypeError(`0x${first.toString(16)} begins no value`);
  return read(body, at + 1);
}

type Read = (body: Buffer, at: number) => Extent;

const sized =
  (width: number, beyond = 0): Read =>
  (body, at) =>
    flat(width + beyond + body.readUIntBE(at, width));
const holding =
  (width: number, each: number): Read =>
  (body, at) => ({ bytes: width, values: each * body.readUIntBE(at, width) });
const fixed =
  (bytes: number): Read =>
  () =>
    flat(bytes);

const extents: Readonly<Record<number, Read>> = {
  // nil, false, true
  0xc0: fixed(0),
  0xc2: fixed(0),
  0xc3: fixed(0),
  // bin, ext
  0xc4: sized(1),
  0xc5: sized(2),
  0xc6: sized(4),
  0xc7: sized(1, 1),
  0xc8: sized(2, 1),
  0xc9: sized(4, 1),
  // float, uint, int
  0xca: fixed(4),
  0xcb: fixed(8),
  0xcc: fixed(1),
  0xcd: fixed(2),
  0xce: fixed(4),
  0xcf: fixed(8),
  0xd0: fixed(1),
  0xd1: fixed(2),
  0xd2: fixed(4),
  0xd3: fixed(8),
  // fixext
  0xd4: fixed(2),
  0xd5: fixed(3),
  0xd6: fixed(5),
  0xd7: fixed(9),
  0xd8: fixed(17),
  // str, array, map
  0xd9: sized(1),
  0xda: sized(2),
  0xdb: sized(4),
  0xdc: holding(2, 1),
  0xdd: holding(4, 1),
  0xde: holding(2, 2),
  0xdf: holding(4, 2),
};
