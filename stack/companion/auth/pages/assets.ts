/** Stylesheet and icon, each under a name that changes with its content. */
import { createHash } from "node:crypto";
import type { Answer } from "../http/answer.ts";
import { icon } from "./icon.ts";
import { style } from "./style.ts";

const folder = "/oauth2/static/";

export const stylePath = pathOf("style", "css", style);
export const iconPath = pathOf("icon", "svg", icon);

/** What each path answers. */
export const assets: ReadonlyMap<string, Answer> = new Map([
  [stylePath, asset("text/css; charset=utf-8", style)],
  [iconPath, asset("image/svg+xml", icon)],
]);

function pathOf(name: string, extension: string, content: string): string {
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 12);
  return `${folder}${name}-${hash}.${extension}`;
}

function asset(type: string, body: string): Answer {
  return {
    status: 200,
    headers: { "content-type": type, "cache-control": "public, max-age=31536000, immutable" },
    body,
  };
}
