import { startLocalBridge } from "../local/bridge.ts";
import { readSettings } from "../local/settings.ts";

// A local run that shows nothing. It ends with the process that started it.

const bridge = await startLocalBridge(
  { ...readSettings(process.env), port: 0 },
  { write: () => {}, writeLog: () => {}, isShared: false },
);
process.on("disconnect", () => bridge.close().finally(() => process.exit(0)));
process.send?.({ url: bridge.url });
