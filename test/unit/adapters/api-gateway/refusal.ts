import { type ApiFailure, toApiFailure } from "#adapters/api-gateway/api-error.ts";
import { BridgeError } from "#core/shared/errors.ts";

export type Refused = ApiFailure["body"];

/** The rejection's message for the caller; undefined if parsing succeeds. Any other error fails the test. */
export const refusalOf = (parse: () => unknown): Refused | undefined => {
  try {
    parse();
    return undefined;
  } catch (error) {
    if (!(error instanceof BridgeError && error.expose)) throw error;
    return toApiFailure(error).body;
  }
};

export const jsonOf = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
