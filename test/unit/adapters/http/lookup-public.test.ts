import type { LookupAddress, LookupOptions } from "node:dns";
import { describe, expect, test } from "@jest/globals";
import { lookupPublic } from "#adapters/http/lookup-public.ts";

interface Found {
  readonly error: NodeJS.ErrnoException | null;
  readonly address: string | LookupAddress[];
}

const lookUp = (host: string, options: LookupOptions): Promise<Found> =>
  new Promise((resolve) => lookupPublic(host, options, (error, address) => resolve({ error, address })));

// Addresses for names: node:dns answers these without a name server.
describe("looking up a name", () => {
  test("returns a public address, alone or in an array as requested", async () => {
    expect(await lookUp("8.8.8.8", {})).toEqual({ error: null, address: "8.8.8.8" });
    expect(await lookUp("8.8.8.8", { all: true })).toEqual({
      error: null,
      address: [{ address: "8.8.8.8", family: 4 }],
    });
  });

  test.each(["localhost", "127.0.0.1", "::1", "10.0.0.1", "169.254.169.254", "::ffff:127.0.0.1"])(
    "returns no address for %s",
    async (host) => {
      for (const options of [{}, { all: true }]) {
        const { error, address } = await lookUp(host, options);
        expect(error).toMatchObject({ code: "EADDRNOTPUBLIC" });
        expect(address).toBe("");
      }
    },
  );

  test("reports that a name does not exist", async () => {
    // No resolver is called for a name with an empty label.
    expect((await lookUp("no..name", {})).error).toMatchObject({ syscall: "getaddrinfo" });
  });
});
