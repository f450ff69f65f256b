import { type BridgeError, callerError } from "#core/shared/errors.ts";
import { fieldPath } from "./field-path.ts";

/** Quotes none of the values: any of them may be a secret. A log is not told the name either, which may be anybody's words. */
export const repeatedField = (keys: readonly unknown[], count: number): BridgeError => {
  const rule = `may be sent once, got ${count} of it`;
  return callerError("bad_parameter", `${fieldPath(keys)}: ${rule}`, `a field: ${rule}`);
};
