/** `obsbox open`: a page of the box in the browser; the one-time link while nobody has used it. */
import { components } from "../../stack/catalog.ts";
import { originOf } from "../box/box.ts";
import { findBox, dirOption } from "../box/find.ts";
import { firstLoginPath } from "../box/first-login.ts";
import type { Command } from "../command.ts";
import { unusedFirstLogin } from "../companion/users.ts";
import { UserError } from "../errors.ts";
import { openRedirect } from "../one-time-redirect.ts";
import { openInBrowser } from "../open.ts";
import { jsonOption, print, say } from "../report/output.ts";

/** Paths of the pages by the name of their component. */
const pages: Readonly<Record<string, string>> = Object.fromEntries(
  components.flatMap(({ name, page }) => (page === undefined ? [] : [[name, page.path]])),
);

/** How long the browser may take to start. */
const browserMs = 30_000;

export const open: Command = {
  name: "open",
  about: `Opens the box in the browser: its home page, or ${Object.keys(pages).join(", ")}.`,
  operands: ["[PAGE]"],
  options: { dir: dirOption, "no-browser": { about: "Only prints the address" }, json: jsonOption },
  async run(input) {
    const box = findBox(input.values["dir"]);
    const [page] = input.operands;
    const url = `${originOf(box)}${page === undefined ? "/" : pathOf(page)}`;
    const link = await unusedFirstLogin(box);
    const firstLogin = link === undefined ? undefined : firstLoginPath(box);
    print(input, { url, firstLogin }, () => [
      url,
      ...(firstLogin === undefined ? [] : [`First sign-in: the one-time link stands in ${firstLogin}`]),
    ]);
    if (!input.isOn("no-browser")) await show(url, link);
    return 0;
  },
};

function pathOf(page: string): string {
  const path = pages[page];
  if (path !== undefined) return path;
  throw new UserError(`there is no page ${page}`, { hint: `expected ${Object.keys(pages).join(", ")}`, exitCode: 2 });
}

async function show(url: string, link: string | undefined): Promise<void> {
  if (link === undefined) return openInBrowser(url);
  const redirect = await openRedirect(link, browserMs);
  openInBrowser(redirect.url);
  if (!(await redirect.used)) say("obsbox: no browser came for the link; open it by hand");
}
