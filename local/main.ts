import { startLocalBridge } from "./bridge.ts";
import { readSettings, SettingsError } from "./settings.ts";
import { welcome } from "./terminal/welcome.ts";

/** The one line that a person needs; what nobody foresaw keeps its stack. */
const explain = (error: unknown): string => {
  if (error instanceof SettingsError) return error.message;
  return String(error instanceof Error ? error.stack : error);
};

const main = async (): Promise<void> => {
  const settings = readSettings();
  const bridge = await startLocalBridge(settings, (text) => process.stdout.write(text));

  let stopping = false;
  const stop = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    await bridge.close();
    process.exit(0);
  };
  process.on("SIGINT", stop).on("SIGTERM", stop).on("SIGHUP", stop);
  // The starter is gone, however it went: nothing is left running.
  process.on("disconnect", stop);
  process.stdout.write(welcome(bridge.url, bridge.standInDifyUrl));
};

main().catch((error: unknown) => {
  console.error(explain(error));
  process.exit(1);
});
