import * as v from "valibot";
import { refuse } from "./refusal.ts";

/** Parses a form into an object. Fields that RongCloud accepts repeatedly become arrays. */
export const readForm = (
  body: string,
  arrayFields: readonly string[] = ["toUserId", "toGroupId"],
): Record<string, string | string[]> => {
  const form = new URLSearchParams(body);
  return Object.fromEntries(
    [...form].map(([name, value]) => [name, arrayFields.includes(name) ? form.getAll(name) : value]),
  );
};

export const readJson = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    return refuse(1002, "body: must be valid JSON");
  }
};

/** @throws Refusal naming the first invalid field. */
export const parseCall = <T extends v.GenericSchema>(schema: T, value: unknown): v.InferOutput<T> => {
  const parsed = v.safeParse(schema, value);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  return refuse(1002, `${v.getDotPath(issue) ?? "body"}: ${issue.message}`);
};
