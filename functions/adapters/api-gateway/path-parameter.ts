import { callerError } from "#core/shared/errors.ts";
import type { ApiRequest } from "./api-request.ts";

/** The value of a path parameter. @throws BridgeError `not_found` if it is missing or empty. */
export const pathParameter = ({ parameters }: ApiRequest, name: string): string => {
  const value = parameters[name];
  if (value === undefined || value === "") throw callerError("not_found", "no such path");
  return value;
};
