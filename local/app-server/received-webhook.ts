import type { EchoOutcome } from "./echo.ts";
import type { SignatureVerdicts } from "./signatures.ts";

/** One POST that came, whatever became of it, for tests and people to look at. */
export interface ReceivedWebhook {
  /** As the caller named it, such as `yourserver.com`. */
  readonly host: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Those beginning `webhook-`. */
  readonly headers: Readonly<Record<string, string>>;
  /** The JSON body; undefined where it is none. */
  readonly envelope: unknown;
  /** Milliseconds since the epoch. */
  readonly receivedAt: number;
  readonly signatures: SignatureVerdicts;
  /** What it is answered; undefined where it never is. */
  readonly status: number | undefined;
  /** Of a message that the echo bot answers. */
  readonly echo?: EchoOutcome;
}
