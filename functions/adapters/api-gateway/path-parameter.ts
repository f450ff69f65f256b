import { callerError } from "#core/shared/errors.ts";
import type { ApiRequest } from "./api-request.ts";

/** What the route names in braces. @throws BridgeError `not_found` where it is not there. */
export const parameterOf = ({ parameters }: ApiRequest, name: string): string => {
  const value = parameters[name];
  if (value === undefined || value === "") throw callerError("not_found", "no such path");
  return value;
};
