import { readFileSync } from "node:fs";
import * as v from "valibot";

const cdkJson = v.pipe(v.string(), v.parseJson(), v.object({ context: v.looseObject({}) }));

/**
 * The context of cdk.json. The CDK's command hands it to an app by itself; who runs the app in process, as `npm start`
 * and the tests do, has to bring it along, or feature flags would make another template.
 */
export const readCdkContext = () =>
  v.parse(cdkJson, readFileSync(new URL("../cdk.json", import.meta.url), "utf8")).context;
