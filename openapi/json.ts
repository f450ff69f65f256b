export type Json = string | number | boolean | null | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: Json;
}

export const isJsonObject = (json: Json | undefined): json is JsonObject =>
  typeof json === "object" && json !== null && !Array.isArray(json);

/** A value as JSON, without properties that are undefined. */
export const toJson = (value: unknown): Json => JSON.parse(JSON.stringify(value));
