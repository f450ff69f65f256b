import type { Model, Models } from "#core/answer/model.ts";
import { modelTypes } from "#core/bot/integration-types.ts";

const isComplete = (models: Partial<Models>): models is Models =>
  modelTypes.every((type) => models[type] !== undefined);

/** The same model for every type. */
export const sameModel = (model: Model): Models => {
  const models: Partial<Models> = Object.fromEntries(modelTypes.map((type) => [type, model]));
  if (!isComplete(models)) throw new Error("a type has no model");
  return models;
};

/** A model that a test does not use. */
export const silentModel: Model = { ask: () => Promise.reject(new Error("the model was asked")) };
