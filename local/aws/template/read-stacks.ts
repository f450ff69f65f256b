import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { type StackTemplate, templateSchema } from "./stack-template.ts";

const manifestSchema = v.object({
  artifacts: v.record(
    v.string(),
    v.object({
      type: v.string(),
      properties: v.optional(
        v.object({
          templateFile: v.optional(v.string()),
          stackName: v.optional(v.string()),
          file: v.optional(v.string()),
        }),
        {},
      ),
    }),
  ),
});

const assetsSchema = v.object({
  files: v.record(
    v.string(),
    v.object({
      source: v.object({ path: v.optional(v.string()) }),
      destinations: v.record(v.string(), v.object({ objectKey: v.string() })),
    }),
  ),
});

export interface Stacks {
  readonly stacks: readonly StackTemplate[];
  /** Local folders of function code, by S3 key. */
  readonly folderByS3Key: ReadonlyMap<string, string>;
}

export const readStacks = (assemblyDir: string): Stacks => {
  const stacks: StackTemplate[] = [];
  const folderByS3Key = new Map<string, string>();
  for (const [id, { type, properties }] of Object.entries(
    read(assemblyDir, "manifest.json", manifestSchema).artifacts,
  )) {
    if (type === "aws:cloudformation:stack" && properties.templateFile) {
      const template = read(assemblyDir, properties.templateFile, templateSchema);
      stacks.push({ name: properties.stackName ?? id, template });
    }
    if (type === "cdk:asset-manifest" && properties.file) {
      for (const { source, destinations } of Object.values(
        read(assemblyDir, properties.file, assetsSchema).files,
      )) {
        for (const { objectKey } of Object.values(destinations)) {
          if (source.path) folderByS3Key.set(objectKey, join(assemblyDir, source.path));
        }
      }
    }
  }
  return { stacks, folderByS3Key };
};

const read = <Schema extends v.GenericSchema>(
  folder: string,
  file: string,
  schema: Schema,
): v.InferOutput<Schema> => {
  const path = join(folder, file);
  const parsed = v.safeParse(schema, JSON.parse(readFileSync(path, "utf8")));
  if (!parsed.success) throw new Error(`${path}: ${v.summarize(parsed.issues)}`);
  return parsed.output;
};
