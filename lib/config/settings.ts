import * as v from "valibot";
import { apiSettings } from "./api-settings.ts";
import { capacitySettings } from "./capacity-settings.ts";
import { computeSettings } from "./compute-settings.ts";
import { deploymentSettings } from "./deployment-settings.ts";
import { imSettings } from "./im-settings.ts";

// Each setting has its default, its rule and its description in one place, in the files imported here:
// docs/configuration.md is generated from them (`npm run docs`), in this order. A default that depends on another setting
// is described by `whenOmitted`.

export const settings = v.strictObject({
  ...deploymentSettings,
  ...imSettings,
  ...capacitySettings,
  ...computeSettings,
  ...apiSettings,
});

/** Each setting is valid by itself, and may be omitted if its default depends on another. */
export type Settings = v.InferOutput<typeof settings>;
