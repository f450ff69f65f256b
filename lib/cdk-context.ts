import { readFileSync } from "node:fs";
import * as v from "valibot";

const cdkJson = v.pipe(v.string(), v.parseJson(), v.object({ context: v.looseObject({}) }));

/**
 * The context of cdk.json. The cdk command passes it to the app. Code that creates the app in process, such as `npm
 * start` and the tests, must pass it itself, or other feature flags would change the template.
 */
export const readCdkContext = () =>
  v.parse(cdkJson, readFileSync(new URL("../cdk.json", import.meta.url), "utf8")).context;
