import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

interface AssemblyParts {
  /** Templates by stack name. */
  readonly stacks: Readonly<Record<string, object>>;
  /** The source of index.mjs by the function's S3Key without `.zip`. */
  readonly code?: Readonly<Record<string, string>>;
}

/** Writes the output of `cdk synth`, as far as it is read. */
export const writeAssembly = (folder: string, { stacks, code = {} }: AssemblyParts): string => {
  const write = (file: string, content: unknown) =>
    writeFileSync(join(folder, file), JSON.stringify(content));
  const artifacts: Record<string, object> = {
    assets: { type: "cdk:asset-manifest", properties: { file: "all.assets.json" } },
    Tree: { type: "cdk:tree", properties: { file: "tree.json" } },
  };
  const files: Record<string, object> = {};
  for (const [name, template] of Object.entries(stacks)) {
    artifacts[name] = {
      type: "aws:cloudformation:stack",
      properties: { templateFile: `${name}.template.json` },
    };
    write(`${name}.template.json`, template);
  }
  for (const [name, source] of Object.entries(code)) {
    mkdirSync(join(folder, `asset.${name}`));
    writeFileSync(join(folder, `asset.${name}`, "index.mjs"), source);
    files[name] = {
      source: { path: `asset.${name}`, packaging: "zip" },
      destinations: { here: { bucketName: "assets", objectKey: `${name}.zip` } },
    };
  }
  write("all.assets.json", { files });
  write("manifest.json", { artifacts });
  return folder;
};
