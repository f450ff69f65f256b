import { callerError } from "#core/shared/errors.ts";
import type { ApiRequest } from "./api-request.ts";

/** In UTF-16 code units, of the ids of users and turns. DynamoDB rejects keys of more than 1,024 bytes. */
export const maxIdCharacters = 64;

/** The value of a path parameter. @throws BridgeError `not_found` if it is missing or empty, or cannot be an id. */
export const pathParameter = ({ parameters }: ApiRequest, name: string): string => {
  const value = parameters[name];
  if (value === undefined || value === "") throw callerError("not_found", "no such path");
  if (value.length > maxIdCharacters) {
    throw callerError(
      "not_found",
      `${name}: at most ${maxIdCharacters} characters, got ${value.length} characters`,
    );
  }
  if (!value.isWellFormed()) {
    throw callerError("not_found", `${name}: must be Unicode without lone surrogates`);
  }
  return value;
};
