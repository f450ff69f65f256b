import { fileUrlFault } from "#adapters/http/callback-url.ts";
import { callerError } from "#core/shared/errors.ts";
import { shorten } from "#core/shared/field-path.ts";

/** Checks the URL of a file that a client sent. @throws BridgeError `bad_parameter` with its path and the rule. */
export type CheckFile = (path: string, url: string) => void;

/** `allowPrivate`: see `fileUrlFault`. */
export const makeCheckFile =
  (allowPrivate: boolean): CheckFile =>
  (path, url) => {
    const fault = fileUrlFault(url, allowPrivate);
    if (fault === undefined) return;
    throw callerError(
      "bad_parameter",
      `${path}.url: ${fault}, got ${shorten(JSON.stringify(url))}`,
      `a file's url: ${fault}`,
    );
  };
