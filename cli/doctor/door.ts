/** Whether the one address answers, with a certificate that the box's own authority signed. */
import { request } from "node:https";
import { join } from "node:path";
import { layout, originOf } from "../box/box.ts";
import type { Box } from "../box/box.ts";
import { readIfThere } from "../box/write.ts";
import { failure } from "../preflight/finding.ts";
import type { Finding } from "../preflight/finding.ts";

const timeoutMs = 5000;

export async function knock(box: Box): Promise<readonly Finding[]> {
  const isOwn = (box.given["OBSBOX_TLS_CERT"] ?? "") !== "";
  const ca = isOwn ? undefined : readIfThere(join(box.folder, layout.authority));
  const problem = await ask(originOf(box), ca);
  if (problem === undefined) return [];
  return [
    failure(
      `${originOf(box)} cannot be reached from here: ${problem}`,
      "obsbox logs nginx; is the name known to DNS, is the port open?",
    ),
  ];
}

/** @returns What went wrong; any answer is a good one. */
async function ask(url: string, ca: Buffer | undefined): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const call = request(`${url}/`, { ...(ca === undefined ? {} : { ca }), signal: AbortSignal.timeout(timeoutMs) });
  call.on("response", (response) => {
    response.resume();
    resolve(undefined);
  });
  call.on("error", (error) =>
    resolve(
      error.name === "TimeoutError" ? `no answer in ${timeoutMs / 1000} s` : (error.message.split(";", 1)[0] ?? ""),
    ),
  );
  call.end();
  return promise;
}
