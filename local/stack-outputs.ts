import { queueUrlOnAws } from "./aws/template/account.ts";
import { readStacks } from "./aws/template/read-stacks.ts";
import { resolve } from "./aws/template/resolve.ts";

/** A stack's outputs as CloudFormation returns them, with local queue URLs instead of AWS's. */
export const stackOutputs = (
  assemblyDir: string,
  stackName: string,
  queueUrls: ReadonlyMap<string, string>,
): Record<string, string> => {
  const { stacks } = readStacks(assemblyDir);
  const localUrls = new Map([...queueUrls].map(([name, url]) => [queueUrlOnAws(name), url]));
  return Object.fromEntries(
    stacks
      .filter(({ name }) => name === stackName)
      .flatMap((stack) =>
        Object.entries(stack.template.Outputs).map(([logicalId, { Value }]) => {
          const value = String(resolve(Value, { stacks, stack, logicalId }));
          return [logicalId, localUrls.get(value) ?? value] as const;
        }),
      ),
  );
};
