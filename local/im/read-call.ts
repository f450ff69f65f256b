import * as v from "valibot";
import { refuse } from "./refusal.ts";

/** The form as an object; the fields that RongCloud takes more than once are lists. */
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
    return refuse(1002, "body: must be JSON");
  }
};

/** @throws Refusal that names the first field that is wrong. */
export const parseCall = <T extends v.GenericSchema>(schema: T, value: unknown): v.InferOutput<T> => {
  const parsed = v.safeParse(schema, value);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  return refuse(1002, `${v.getDotPath(issue) ?? "body"}: ${issue.message}`);
};
