import type { ConsoleRequest } from "./console-request.ts";

/**
 * A cookie that browsers take over TLS only, from this host only and for all of it (`__Host-`). Scripts cannot read it. Other sites'
 * pages send it with a link only, which the return from the sign-in provider is.
 */
export const setCookie = (name: string, value: string, maxAgeSeconds: number): Record<string, string> => ({
  "set-cookie": `${name}=${value}; Path=/; Max-Age=${maxAgeSeconds}; Secure; HttpOnly; SameSite=Lax`,
});

export const readCookie = ({ headers }: ConsoleRequest, name: string): string | undefined => {
  const prefix = `${name}=`;
  return (headers.cookie ?? "")
    .split(";")
    .map((pair) => pair.trim())
    .find((pair) => pair.startsWith(prefix))
    ?.slice(prefix.length);
};
