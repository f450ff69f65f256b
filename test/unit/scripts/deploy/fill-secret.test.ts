import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { checkSecret } from "../../../../scripts/command/check-secret.ts";
import { fillSecret, hasApps } from "../../../../scripts/deploy/fill-secret.ts";

const key = (fill: number): string => Buffer.alloc(32, fill).toString("base64");
const given = { appKey: "app-one", appSecret: "secret-one" };
/** As CloudFormation generates it. */
const generated = "{x9~P&7mQ!r2]Zs*4dT%8vW+6yU-3bN=";

const fill = (stored: string, app: typeof given | undefined = given, console = false) => {
  let keys = 0;
  return fillSecret(
    stored,
    { app, console },
    {
      newKey: () => {
        keys += 1;
        return key(keys);
      },
      newKeyId: () => `k-${keys}`,
    },
  );
};

const complete = (secret: string) => ({
  secrets: [secret],
  dataKeys: [{ id: "d1", key: key(7) }],
  tokenKeys: [{ id: "t1", key: key(8) }],
});

describe("a stage's secret", () => {
  test.each([
    ["as CloudFormation creates it", generated],
    ["that does not exist yet", ""],
    ["without apps", "{}"],
  ])("%s gets the app, with a key of its own for each purpose", (_what, stored) => {
    expect(hasApps(stored)).toBe(false);
    const { value, added } = fill(stored);
    expect(JSON.parse(value)).toEqual({
      apps: {
        "app-one": {
          secrets: ["secret-one"],
          dataKeys: [{ id: "k-0", key: key(1) }],
          tokenKeys: [{ id: "k-1", key: key(2) }],
        },
      },
    });
    expect(added).toEqual(["App Secret of app-one", "dataKeys and tokenKeys of app-one"]);
  });

  test("of a stage with the console gets a key for its sessions, next to what is there", () => {
    const apps = { "app-one": complete("secret-one") };
    const { value, added } = fill(JSON.stringify({ apps, console: { clientSecret: "kept" } }), given, true);
    expect(JSON.parse(value)).toEqual({
      apps,
      console: { clientSecret: "kept", sessionKeys: [{ id: "k-0", key: key(1) }] },
    });
    expect(added).toEqual(["sessionKeys of the console"]);
    expect(fill(value, given, true)).toMatchObject({ value, added: [] });
  });

  test("that has the app stays as it is, to the byte", () => {
    const stored = JSON.stringify({ apps: { "app-one": complete("secret-one") } }, null, 2);
    expect(hasApps(stored)).toBe(true);
    expect(fill(stored)).toMatchObject({ value: stored, added: [] });
    expect(fill(stored, undefined)).toMatchObject({ value: stored, added: [] });
  });

  test("that has other apps keeps them, and fields that this version does not know", () => {
    const other = { ...complete("secret-two"), note: "kept" };
    const { value } = fill(JSON.stringify({ note: "kept", apps: { "app-two": other } }));
    const parsed = JSON.parse(value);
    expect(parsed).toMatchObject({ note: "kept", apps: { "app-two": other } });
    expect(Object.keys(parsed.apps)).toEqual(["app-two", "app-one"]);
  });

  test("gets only the keys that an app lacks", () => {
    const { tokenKeys: _none, ...lacking } = complete("secret-one");
    const { value, added } = fill(
      JSON.stringify({ apps: { "app-one": { ...lacking, dataKeys: lacking.dataKeys } } }),
    );
    expect(JSON.parse(value).apps["app-one"]).toMatchObject(lacking);
    expect(added).toEqual(["tokenKeys of app-one"]);
  });

  test("keeps the App Secret of an app that it has", () => {
    const stored = JSON.stringify({ apps: { "app-one": complete("another") } });
    expect(fill(stored)).toMatchObject({ value: stored, apps: { "app-one": { secrets: ["another"] } } });
  });

  test.each([
    [
      '{"apps":{"app-one":{"secrets":["secret-one"],"dataKeys":[{"id":"k1","key":"aGFsZg=="}]}',
      "not a JSON object",
    ],
    [
      `{"apps":{"app-two":{"secrets":["s"],"dataKeys":[{"id":"k1","key":"aGFsZg=="}]}}}`,
      "apps.app-two.dataKeys.0.key",
    ],
    ["hunter2", "not a JSON object"],
  ])("that somebody wrote and that is not valid is left alone: %s", (stored, fields) => {
    expect(() => fill(stored)).toThrow(`is not valid, and was not changed (${fields})`);
    expect(() => fill(stored)).not.toThrow(/secret-one|aGFsZg|hunter2/);
  });

  test("is valid for the functions once it is filled, whatever the App Secret is", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9]{8}$/), fc.string({ minLength: 1 }), (appKey, appSecret) => {
        const { value } = fill(generated, { appKey, appSecret });
        expect(checkSecret(value)).toMatchObject({ apps: { [appKey]: { secrets: [appSecret] } } });
        expect(fill(value, { appKey, appSecret }).added).toEqual([]);
      }),
    );
  });
});
