import { once } from "node:events";
import type { Log } from "#core/shared/log.ts";
import type { WebHost } from "./web-host.ts";

export interface ServeParts {
  readonly host: WebHost;
  readonly address: { readonly host: string; readonly port: number };
  /** How long requests in progress may go on after a signal. */
  readonly graceMs: number;
  readonly log: Log;
}

/** Listens, and ends the process after SIGTERM or SIGINT, when its requests have ended. A second signal ends it at once. */
export const serveUntilSignal = async ({ host, address, graceMs, log }: ServeParts): Promise<void> => {
  host.server.listen(address);
  await once(host.server, "listening");
  const bound = host.server.address();
  log.info("listening", { host: address.host, port: typeof bound === "object" ? bound?.port : address.port });
  const stop = (): void => {
    log.info("stopping");
    void host.close(graceMs).finally(() => process.exit(0));
  };
  // Without a listener, the next signal ends the process.
  const stopOnce = (): void => {
    process.off("SIGTERM", stopOnce).off("SIGINT", stopOnce);
    stop();
  };
  process.on("SIGTERM", stopOnce).on("SIGINT", stopOnce);
};
