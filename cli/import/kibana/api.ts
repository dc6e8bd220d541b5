/** Calls to a Kibana that somebody else runs, in one of its spaces. */
import { describeBody, RequestError } from "../../../stack/companion/elasticsearch/errors.ts";
import type { Json } from "../../../stack/companion/elasticsearch/json.ts";
import { call } from "../../remote/call.ts";
import type { Server } from "../../remote/server.ts";

export interface Kibana {
  /** @throws RequestError for every status but 2xx. @throws UserError when no answer comes. */
  request(method: "GET" | "POST" | "PUT" | "DELETE", path: string, body?: Json): Promise<unknown>;
  /** Like `request` for GET, but undefined when there is no such thing. */
  find(path: string): Promise<unknown>;
}

/** Path of a space in addresses of Kibana; the default one has none. */
export const spacePath = (space: string): string => (space === "default" ? "" : `/s/${space}`);

export function kibanaAt(server: Server, space: string): Kibana {
  // Kibana takes changes only with this header, which a page of another origin cannot send.
  const headers = { ...server.headers, "kbn-xsrf": "obsbox", "elastic-api-version": "2023-10-31" };
  const request: Kibana["request"] = async (method, path, body) => {
    const sent = { method, ...(body === undefined ? {} : { body }) };
    const { status, json, text } = await call({ ...server, headers }, `${spacePath(space)}${path}`, sent);
    if (status >= 200 && status < 300) return json;
    throw new RequestError({ method, path, status, ...describeBody(json ?? text) });
  };
  return {
    request,
    async find(path) {
      try {
        return await request("GET", path);
      } catch (error) {
        if (error instanceof RequestError && error.status === 404) return undefined;
        throw error;
      }
    },
  };
}
