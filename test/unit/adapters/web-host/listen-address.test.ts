import { expect, test } from "@jest/globals";
import * as v from "valibot";
import { listenAddress } from "#adapters/web-host/listen-address.ts";

test.each([
  ["0.0.0.0:3000", "0.0.0.0", 3000],
  ["127.0.0.1:0", "127.0.0.1", 0],
  ["::1:8080", "::1", 8080],
])("%s is a host and a port", (address, host, port) => {
  expect(v.parse(listenAddress, address)).toEqual({ host, port });
});

test.each(["", "3000", ":3000", "localhost", "localhost:", "localhost:65536", "http://localhost:3000"])(
  "%p is refused",
  (address) => {
    expect(v.safeParse(listenAddress, address).success).toBe(false);
  },
);
