import { expect } from "@jest/globals";
import fc from "fast-check";
import { anyText } from "../adapters/node/any-text.ts";
import { formOf } from "./message-publish/forms.ts";

/** The prefix of every text of a user, and part of nothing of ours. */
export const words = "private words";
export const userText = anyText.map((said) => `${words}${said}`);

/** Possible values of a field. */
export const anyValue = fc.oneof(
  fc.jsonValue(),
  userText,
  fc.array(userText, { maxLength: 3 }),
  fc.constant({ [words]: words }),
);

/** With one field replaced by anything, one omitted, or neither. */
export const replacing = <T extends object>(given: T): fc.Arbitrary<object> => {
  const name = fc.constantFrom(...Object.keys(given));
  return fc.oneof(
    fc.constant(given),
    fc.tuple(name, anyValue).map(([changed, value]) => ({ ...given, [changed]: value })),
    name.map((left) => Object.fromEntries(Object.entries(given).filter(([each]) => each !== left))),
  );
};

export const anyBytes = fc
  .uint8Array({ maxLength: 200 })
  .map((given) => Buffer.concat([Buffer.from(given), Buffer.from(words)]));

export const withByteChanged = (given: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> =>
  fc.tuple(given, fc.nat(), fc.nat({ max: 255 })).map(([body, at, byte]) => {
    const changed = Buffer.from(body);
    changed[at % changed.length] = byte;
    return changed;
  });

/** Bodies of a route that takes a form, from any bytes to a form with one field changed. */
export const formBodies = (valid: object) => {
  const names = [...Object.keys(valid), "__proto__", "constructor", "extra"];
  const near = replacing(valid).map((form) =>
    formOf(
      Object.fromEntries(
        Object.entries(form).map(([name, value]) => [
          name,
          typeof value === "string" ? value : JSON.stringify(value),
        ]),
      ),
    ),
  );
  return {
    "any bytes": anyBytes,
    "any form": fc
      .dictionary(fc.constantFrom(...names), fc.oneof(userText, fc.array(userText, { maxLength: 3 })))
      .map(formOf),
    "a form with a field changed": near,
    "a form with a byte changed": withByteChanged(near),
  };
};

/** A case for each route and kind of body: the kind, the path and the bodies. */
export const formCases = (routes: Readonly<Record<string, object>>) =>
  Object.entries(routes).flatMap(([path, form]) =>
    Object.entries(formBodies(form)).map(([name, body]) => [name, path, body] as const),
  );

/** Asserts that a reply refuses a form: with a code, and what is wrong with which field. */
export const expectRefusal = ({
  status,
  body,
}: {
  readonly status: number;
  readonly body: unknown;
}): void => {
  expect({ status, body }).toEqual({
    status: 400,
    body: { code: expect.any(Number), errorMessage: expect.stringMatching(/^.{1,2000}$/s) },
  });
  expect([1002, 1003, 1005]).toContain((body as { code: number }).code);
};
