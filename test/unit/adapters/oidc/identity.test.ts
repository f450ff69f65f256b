import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { toIdentity, withMore } from "#adapters/oidc/identity.ts";

describe("a person at the sign-in provider", () => {
  test.each([
    [{ name: "Olivia", email: "o@example.com" }, "Olivia"],
    [{ email: "o@example.com", preferred_username: "olivia" }, "o@example.com"],
    [{ preferred_username: "olivia" }, "olivia"],
    [{ name: "" }, "person-1"],
    [{ name: "x".repeat(500) }, "x".repeat(100)],
  ])("%j is shown as %s", (claims, name) => {
    expect(toIdentity({ sub: "person-1", ...claims }, "groups").name).toBe(name);
  });

  test.each([
    [true, "o@example.com"],
    // Cognito's userinfo endpoint.
    ["true", "o@example.com"],
    [false, undefined],
    ["false", undefined],
    [undefined, undefined],
    [1, undefined],
  ])("has an address if email_verified is %j: %s", (email_verified, email) => {
    expect(toIdentity({ sub: "p", email: "O@Example.com", email_verified }, "groups").email).toBe(email);
  });

  test.each([
    [{ groups: ["a", "b"] }, "groups", ["a", "b"]],
    [{ groups: "a" }, "groups", ["a"]],
    [{ "cognito:groups": ["a"] }, "cognito:groups", ["a"]],
    [{ groups: ["a"] }, "cognito:groups", []],
    [{ groups: [1, 2] }, "groups", []],
    [{ groups: { a: true } }, "groups", []],
  ])("%j: the groups in %s are %j", (claims, claim, groups) => {
    expect(toIdentity({ sub: "p", ...claims }, claim).groups).toEqual(groups);
  });

  test("has no address that only looks like another one in lower case", () => {
    const email = "mi\u212Ae@example.com";
    expect(email.toLowerCase()).toBe("mike@example.com");
    expect(toIdentity({ sub: "p", email, email_verified: true }, "groups").email).toBeUndefined();
  });

  test("has an address only if the provider says so, whatever else it says", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue(), (others, email) => {
        const { email: found, groups } = toIdentity(
          { ...others, sub: "p", email, email_verified: null },
          "g",
        );
        expect(found).toBeUndefined();
        expect(Array.isArray(groups)).toBe(true);
      }),
    );
    expect(() => toIdentity({}, "groups")).toThrow();
  });
});

describe("what the userinfo endpoint adds to an ID token", () => {
  const known = toIdentity({ sub: "p", email: "v@example.com", email_verified: true, groups: "a" }, "groups");
  const more = (claims: object) => withMore(known, toIdentity({ sub: "p", ...claims }, "groups"));

  test("is an address that it says itself is verified: the ID token spoke of its own", () => {
    expect(more({ email: "o@example.com" }).email).toBe("v@example.com");
    expect(more({ email_verified: true }).email).toBe("v@example.com");
    expect(more({ email: "o@example.com", email_verified: true }).email).toBe("o@example.com");
  });

  test("is a name and groups", () => {
    expect(more({})).toEqual(known);
    expect(more({ name: "Olivia", groups: ["b"] })).toMatchObject({ name: "Olivia", groups: ["a", "b"] });
  });
});
