declare module "dynalite" {
  import type { Server } from "node:http";

  /** Tables are in memory if `path` is omitted. */
  function dynalite(options: { path?: string; createTableMs?: number }): Server;
  export = dynalite;
}
