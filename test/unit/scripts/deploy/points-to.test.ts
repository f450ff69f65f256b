import { expect, test } from "@jest/globals";
import { type NameService, pointsTo } from "../../../../scripts/deploy/points-to.ts";

const target = "d-abc.execute-api.eu-west-1.amazonaws.com";

/** A name service with these records; other hosts do not exist. */
const names = (
  cnames: Readonly<Record<string, string[]>>,
  addresses: Readonly<Record<string, string[]>>,
): NameService => {
  const find = async (records: Readonly<Record<string, string[]>>, host: string): Promise<string[]> => {
    const found = records[host];
    if (!found) throw Object.assign(new Error(`queryA ENOTFOUND ${host}`), { code: "ENOTFOUND" });
    return found;
  };
  return { cnamesOf: (host) => find(cnames, host), addressesOf: (host) => find(addresses, host) };
};

test.each([
  ["a CNAME record to the target", { "bots.example.com": [target] }, {}, true],
  ["a CNAME record in capital letters", { "bots.example.com": [target.toUpperCase()] }, {}, true],
  ["an alias record", {}, { "bots.example.com": ["192.0.2.7"], [target]: ["192.0.2.8", "192.0.2.7"] }, true],
  ["no record", {}, { [target]: ["192.0.2.7"] }, false],
  ["a record of another server", {}, { "bots.example.com": ["192.0.2.9"], [target]: ["192.0.2.7"] }, false],
  ["a CNAME record to another API", { "bots.example.com": ["d-old.execute-api.amazonaws.com"] }, {}, false],
])("a host with %s", async (_what, cnames, addresses, expected) => {
  expect(await pointsTo("bots.example.com", target, names(cnames, addresses))).toBe(expected);
});
