/** Headers whose values may be shown. Every other one is hidden: nobody knows all the names that secrets travel under. */

const allowed = new Set(
  (
    "accept accept-charset accept-encoding accept-language accept-ranges age allow alt-svc baggage cache-control " +
    "connection date dnt etag expect expires forwarded host keep-alive last-modified link location max-forwards origin " +
    "pragma priority range referer referrer-policy retry-after save-data server server-timing " +
    "strict-transport-security te traceparent tracestate trailer transfer-encoding upgrade upgrade-insecure-requests " +
    "user-agent vary via warning x-content-type-options x-correlation-id x-frame-options x-powered-by x-real-ip " +
    "x-request-id x-requested-with x-response-time :authority :method :path :scheme :status"
  ).split(" "),
);

/** Families of names, all of whose members are harmless. */
const allowedFamilies = /^(?:access-control|content|if|ratelimit|sec-ch|sec-fetch|x-forwarded|x-ratelimit)-/;

/** Attributes that instrumentations make of headers, as the semantic conventions name them. */
const headerAttribute = /^(?:http|rpc\.\w+)\.(?:request|response)\.(?:header|metadata)\.(.+)$/;

/** Whether the value of a header may be shown, whatever its case. */
export function isAllowedHeader(name: string): boolean {
  const lower = name.toLowerCase();
  return allowed.has(lower) || allowedFamilies.test(lower);
}

/** The header that an attribute holds, for instance of `http.request.header.x-api-key`; undefined for other attributes. */
export function headerOf(attribute: string): string | undefined {
  return headerAttribute.exec(attribute.toLowerCase())?.[1];
}
