import * as v from "valibot";

/** A person, as the sign-in provider describes them. */
export interface Identity {
  /** The provider's id of the person. */
  readonly subject: string;
  readonly name: string;
  /** In lower case. Undefined unless the provider says that the address is the person's. */
  readonly email: string | undefined;
  readonly groups: readonly string[];
}

const maxNameCharacters = 100;

const ofAnyType = v.optional(v.unknown());
const text = v.pipe(v.string(), v.nonEmpty());

const claims = v.looseObject({
  sub: text,
  name: ofAnyType,
  preferred_username: ofAnyType,
  email: ofAnyType,
  email_verified: ofAnyType,
});

const groupsClaim = v.fallback(
  v.union([
    v.array(v.string()),
    v.pipe(
      v.string(),
      v.transform((group) => [group]),
    ),
  ]),
  [],
);

/** In lower case, letters such as the Kelvin sign become others: an address with them is not the one that it looks like. */
const address = v.pipe(v.string(), v.regex(/^[\x21-\x7e]+$/), v.toLowerCase());

const isText = (value: unknown): value is string => v.is(text, value);

/** Reads claims of an ID token or of the userinfo endpoint. Claims of another type count as missing. */
export const toIdentity = (given: unknown, nameOfGroupsClaim: string): Identity => {
  const { sub, name, preferred_username, email, email_verified, ...others } = v.parse(claims, given);
  // Cognito's userinfo endpoint has the string "true".
  const isVerified = email_verified === true || email_verified === "true";
  const parsedEmail = v.safeParse(address, email);
  const [shown = sub] = [name, email, preferred_username].filter(isText);
  return {
    subject: sub,
    name: shown.slice(0, maxNameCharacters),
    email: isVerified && parsedEmail.success ? parsedEmail.output : undefined,
    groups: v.parse(groupsClaim, others[nameOfGroupsClaim]),
  };
};

/** A person described by two sources. Each says of its own address whether it is verified. */
export const withMore = (known: Identity, more: Identity): Identity => ({
  subject: known.subject,
  name: more.name === more.subject ? known.name : more.name,
  email: more.email ?? known.email,
  groups: [...known.groups, ...more.groups],
});
