import { startLocalBridge } from "./bridge.ts";
import { readSettings, SettingsError } from "./settings.ts";
import { stopSignal } from "./stop-signal.ts";
import { welcome } from "./terminal/welcome.ts";

/** One line for settings errors; unexpected errors keep their stack. */
const explain = (error: unknown): string => {
  if (error instanceof SettingsError) return error.message;
  return String(error instanceof Error ? error.stack : error);
};

const main = async (): Promise<void> => {
  const stopped = stopSignal();
  const bridge = await startLocalBridge(readSettings(), {
    write: (text) => process.stdout.write(text),
    writeLog: (line) => process.stderr.write(line),
    isShared: process.stdout.isTTY && process.stderr.isTTY,
  });
  const close = async (): Promise<void> => {
    await bridge.close();
    process.exit(0);
  };
  if (stopped.aborted) return close();
  stopped.addEventListener("abort", close);
  process.stdout.write(welcome(bridge));
};

main().catch((error: unknown) => {
  console.error(explain(error));
  process.exit(1);
});
