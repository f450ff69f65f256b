import * as v from "valibot";
import { emailAddress, integerBetween, matching } from "./values.ts";

/** Passed to the console's function as environment variables, like the list of apps. */
const maxListCharacters = 1_000;

const listOf = <T extends v.GenericSchema<string>>(item: T, what: string) =>
  v.pipe(
    v.array(item, `must be an array of ${what}`),
    v.check(
      (values) => values.join().length <= maxListCharacters,
      `must be at most ${maxListCharacters} characters together`,
    ),
  );

/** A value in a list that is joined with commas. */
const withoutCommas = (title: string, maxCharacters: number) =>
  matching(
    new RegExp(`^[^,\\x00-\\x1f]{1,${maxCharacters}}$`),
    title,
    `must be 1–${maxCharacters} characters without commas`,
  );

/** How people sign in to the console, and who may. */
export const consoleAccess = v.strictObject(
  {
    issuer: matching(
      /^https?:\/\/[^\s?#]+$/,
      "issuer URL of an OpenID Connect provider",
      "must be the issuer URL of an OpenID Connect provider",
    ),
    clientId: matching(/^[\x21-\x7e]{1,256}$/, "client id", "must be a client id"),
    allowedEmails: v.exactOptional(listOf(emailAddress, "email addresses"), []),
    allowedGroups: v.exactOptional(listOf(withoutCommas("name of a group", 128), "groups"), []),
    groupsClaim: v.exactOptional(withoutCommas("name of a claim", 128), "groups"),
    scopes: v.exactOptional(
      listOf(matching(/^[\x21\x23-\x2b\x2d-\x5b\x5d-\x7e]+$/, "scope", "must be a scope"), "scopes"),
      ["openid", "email", "profile"],
    ),
    sessionHours: v.exactOptional(integerBetween(1, 12), 8),
  },
  "must be an object of issuer, clientId and who may sign in",
);
