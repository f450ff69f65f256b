import type { EchoOutcome } from "./echo.ts";
import type { SignatureVerdicts } from "./signatures.ts";

/** A received POST, whatever the response, for tests and inspection. */
export interface ReceivedWebhook {
  /** The Host header, such as `yourserver.com`. */
  readonly host: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** The headers that start with `webhook-`. */
  readonly headers: Readonly<Record<string, string>>;
  /** The JSON body; undefined if it is not JSON. */
  readonly envelope: unknown;
  /** Milliseconds since the epoch. */
  readonly receivedAt: number;
  readonly signatures: SignatureVerdicts;
  /** Status of the response; undefined if there is none. */
  readonly status: number | undefined;
  /** The echo, if the message is for the echo bot. */
  readonly echo?: EchoOutcome;
}
