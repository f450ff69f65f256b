import { parseArgs } from "node:util";

export interface DeployOptions {
  readonly profile: string | undefined;
  /** Values of `-c name=value`. */
  readonly context: Readonly<Record<string, string>>;
}

/** Reads what the check needs from the arguments of `cdk deploy`. All others are CDK's. */
export const readDeployOptions = (args: readonly string[]): DeployOptions => {
  const { values } = parseArgs({
    args: [...args],
    strict: false,
    options: { context: { type: "string", short: "c", multiple: true }, profile: { type: "string" } },
  });
  const pairs = (values.context ?? []).filter((each) => typeof each === "string");
  return {
    profile: typeof values.profile === "string" ? values.profile : undefined,
    context: Object.fromEntries(
      pairs.map((pair) => {
        const [name = "", ...value] = pair.replace(/^=/, "").split("=");
        return [name, value.join("=")];
      }),
    ),
  };
};
