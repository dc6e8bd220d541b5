import * as fc from "fast-check";
import { expect, test } from "vitest";
import { frame } from "./live.ts";

/** A terminal that knows what a frame uses: the cursor up, erase to the end of the line, erase below. */
function terminal(): { write: (text: string) => void; readonly lines: string[] } {
  const lines: string[] = [];
  let row = 0;
  return {
    lines,
    write(text) {
      // eslint-disable-next-line no-control-regex -- That is how a terminal is told.
      for (const [token] of text.matchAll(/\u001b\[(\d*)([AKJ])|\n|\r|[^\u001b\n\r]+/g)) {
        const [, count, letter] = /\[(\d*)([AKJ])/.exec(token) ?? [];
        if (letter === "A") row -= Number(count);
        else if (letter === "J") lines.splice(row);
        else if (token === "\n") row += 1;
        else if (letter !== "K" && token !== "\r") lines[row] = token;
      }
    },
  };
}

const content = fc.array(fc.stringMatching(/^[a-z]{1,6}$/), { maxLength: 6 });

test("after each frame the terminal shows its lines and nothing of the ones before", () => {
  fc.assert(
    fc.property(fc.array(content, { minLength: 1, maxLength: 6 }), (frames) => {
      const screen = terminal();
      let before: readonly string[] = [];
      for (const lines of frames) {
        screen.write(frame(before, lines));
        before = lines;
        expect(screen.lines).toEqual(lines);
      }
    }),
  );
});

test("a line that did not change is not written again", () => {
  expect(frame(["same", "old"], ["same", "new"])).not.toContain("same");
});
