import * as v from "valibot";

const wholeNumber = (least: number, most: number) =>
  v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most));

const configSchema = v.strictObject({
  /** Names the stacks; one account can hold several. */
  stage: v.pipe(
    v.string(),
    v.regex(/^[a-z][a-z0-9-]{0,15}$/, "lower-case letters, digits and hyphens, at most 16"),
  ),
  /** Where answers are delivered: the host of the app's data centre (docs/spec/rongcloud.md, section 10). */
  rongcloudApiUrl: v.pipe(v.string(), v.url()),
  botsPerApp: wholeNumber(1, 1000),
  /** How far a signature's time may be from ours, either side. */
  signatureWindowSeconds: wholeNumber(1, 3600),
  /** Only true on one machine, where callback URLs lead to neighbours. */
  allowPrivateCallbacks: v.boolean(),
});

export type Config = v.InferOutput<typeof configSchema>;

const defaults: Config = {
  stage: "dev",
  rongcloudApiUrl: "https://api.rong-api.com",
  botsPerApp: 10,
  signatureWindowSeconds: 300,
  allowPrivateCallbacks: false,
};

/**
 * The deployment's settings: the defaults, and what is given over them.
 * @throws Error naming every field that is wrong, the rule and what was given, before anything is synthesised.
 */
export const makeConfig = (given: Readonly<Record<string, unknown>> = {}): Config => {
  const parsed = v.safeParse(configSchema, { ...defaults, ...given });
  if (parsed.success) return parsed.output;
  const wrong = parsed.issues.map((issue) => `${v.getDotPath(issue)}: ${issue.message}`);
  throw new Error(`config: ${wrong.join("; ")}`);
};
