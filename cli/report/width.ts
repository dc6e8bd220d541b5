/** How wide a text is on a terminal: one column for most signs, two for those of East Asia and for pictures. */
import { stripVTControlCharacters } from "node:util";

const segmenter = new Intl.Segmenter();
const wide =
  /^(?:\p{Emoji_Presentation}|[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]|[\u{20000}-\u{3FFFD}])/u;

export function lengthOf(text: string): number {
  return signsOf(text).reduce((sum, sign) => sum + widthOfSign(sign), 0);
}

/** Text cut to a length, with a sign that it was. */
export function cut(text: string, length: number): string {
  if (lengthOf(text) <= length) return text;
  let [kept, used] = ["", 0];
  for (const sign of signsOf(text)) {
    used += widthOfSign(sign);
    if (used > length - 1) break;
    kept += sign;
  }
  return length < 1 ? "" : `${kept}…`;
}

/** One line without what would move the cursor or colour the terminal. */
export function oneLine(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll(/[\p{Cc}\u2028\u2029]+/gu, " ")
    .trim();
}

function signsOf(text: string): readonly string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

function widthOfSign(sign: string): number {
  return wide.test(sign) ? 2 : 1;
}
