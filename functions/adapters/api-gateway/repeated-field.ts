import { type BridgeError, callerError } from "#core/shared/errors.ts";
import { fieldPath } from "#core/shared/field-path.ts";

/** Quotes none of the values, as any of them may be a secret. The log-safe message omits the name too: the caller chose it. */
export const repeatedField = (keys: readonly unknown[], count: number): BridgeError => {
  const rule = `may be sent only once, got ${count}`;
  return callerError("bad_parameter", `${fieldPath(keys)}: ${rule}`, `a field: ${rule}`);
};
