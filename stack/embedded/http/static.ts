/** The files of the page, read once. Every path that is no file is a view of the page. */
import { readdirSync, readFileSync } from "node:fs";
import { extname, join, relative, sep } from "node:path";
import type { Answer, Route } from "./server.ts";

const contentTypes: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};

/**
 * @param folder - Where the built page is.
 * @throws Error when it is not there.
 */
export function staticRoutes(folder: string): Route[] {
  const files = new Map<string, Answer>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(`/${relative(folder, path).split(sep).join("/")}`, read(path));
  }
  const index = files.get("/index.html");
  if (index === undefined) throw new Error(`${folder} has no index.html; run npm run build`);
  return [
    { method: "GET", path: "/*", handle: ({ request }) => files.get(request.url?.split("?", 1)[0] ?? "/") ?? index },
  ];
}

function read(path: string): Answer {
  // Names of assets change with their content.
  const isAsset = path.includes(`${sep}assets${sep}`);
  const cacheControl = isAsset ? "public, max-age=31536000, immutable" : "no-cache";
  const contentType = contentTypes[extname(path)] ?? "application/octet-stream";
  return { headers: { "content-type": contentType, "cache-control": cacheControl }, body: readFileSync(path) };
}
