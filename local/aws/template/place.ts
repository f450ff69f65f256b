import type { StackTemplate } from "./stack-template.ts";

/** The location of a value in the assembly: its references are resolved relative to it, and errors name it. */
export interface Place {
  readonly stacks: readonly StackTemplate[];
  readonly stack: StackTemplate;
  readonly logicalId: string;
}

export const unresolvable = (place: Place, intrinsic: string, reason: string): Error =>
  new Error(`${place.stack.name}/${place.logicalId}: cannot resolve ${intrinsic}: ${reason}`);
