import type { StackTemplate } from "./stack-template.ts";

/** Where in the assembly a value stands: what its references mean, and what an error about it names. */
export interface Place {
  readonly stacks: readonly StackTemplate[];
  readonly stack: StackTemplate;
  readonly logicalId: string;
}

export const unresolvable = (place: Place, intrinsic: string, reason: string): Error =>
  new Error(`${place.stack.name}/${place.logicalId}: cannot resolve ${intrinsic}: ${reason}`);
