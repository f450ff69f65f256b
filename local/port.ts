import { once } from "node:events";
import { createServer } from "node:net";
import { SettingsError } from "./settings.ts";

/**
 * Checks that the port is free, before anything is started.
 * @throws SettingsError if the port is in use or cannot be opened.
 */
export const checkPort = async (setting: string, port: number): Promise<void> => {
  const probe = createServer().listen(port, "127.0.0.1");
  try {
    await once(probe, "listening");
  } catch (error) {
    const isUsed = error instanceof Error && "code" in error && error.code === "EADDRINUSE";
    const reason = isUsed ? "is already in use" : "cannot be opened";
    throw new SettingsError(`Port ${port} ${reason}. Set ${setting} to another port (0: any free port).`);
  }
  probe.close();
  await once(probe, "close");
};
