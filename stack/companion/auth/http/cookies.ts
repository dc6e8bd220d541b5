/** Cookies that only this origin can set and no script can read. */

export const sessionCookie = "__Host-obsbox";
export const oidcCookie = "__Host-obsbox-oidc";

/** Longer values are none of ours. */
const maxLength = 4096;

export function readCookie(header: string | undefined, name: string): string | undefined {
  for (const part of (header ?? "").split(";")) {
    const [key, value = ""] = part.trim().split("=", 2);
    if (key === name) return value !== "" && value.length <= maxLength ? value : undefined;
  }
  return undefined;
}

/** @param seconds - How long the browser keeps it. */
export function cookie(name: string, value: string, seconds: number): string {
  return `${name}=${value}; Path=/; Max-Age=${Math.max(0, Math.floor(seconds))}; Secure; HttpOnly; SameSite=Lax`;
}

export function removedCookie(name: string): string {
  return cookie(name, "", 0);
}
