import type { IncomingHttpHeaders } from "node:http";
import type { Permission } from "../template/permissions.ts";

/** Says why a caller may not make a call that needs these permissions. Undefined: it may. */
export type Denies = (headers: IncomingHttpHeaders, needed: readonly Permission[]) => string | undefined;

/** For a server whose callers have no roles. */
export const deniesNothing: Denies = () => undefined;

/**
 * Enforces the roles of functions. A function sends its name as the session token of its credentials. Callers without one
 * are not functions: Lambda's pollers, commands, and what creates the tables.
 */
export const makeDenies =
  (permissions: ReadonlyMap<string, readonly Permission[]>): Denies =>
  (headers, needed) => {
    const name = headers["x-amz-security-token"];
    if (typeof name !== "string") return undefined;
    const allowed = permissions.get(name) ?? [];
    const missing = needed.find(
      ({ action, resource }) => !allowed.some((each) => each.action === action && each.resource === resource),
    );
    return (
      missing && `${name} is not authorized to perform: ${missing.action} on resource: ${missing.resource}`
    );
  };
