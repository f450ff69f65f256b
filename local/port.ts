import { once } from "node:events";
import { createServer } from "node:net";
import { SettingsError } from "./settings.ts";

/** Asked before anything else is begun. @throws SettingsError when the port is taken or not ours to take. */
export const checkPort = async (setting: string, port: number): Promise<void> => {
  const probe = createServer().listen(port, "127.0.0.1");
  try {
    await once(probe, "listening");
  } catch (error) {
    const isUsed = error instanceof Error && "code" in error && error.code === "EADDRINUSE";
    const reason = isUsed ? "is in use: stop what uses it" : "cannot be opened";
    throw new SettingsError(`Port ${port} ${reason}, or give another by ${setting} (0 for any).`);
  }
  probe.close();
  await once(probe, "close");
};
