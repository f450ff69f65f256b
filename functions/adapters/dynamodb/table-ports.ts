import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { Clock } from "#core/shared/clock.ts";
import type { StoryAttributes } from "./story-attributes.ts";

export interface TablePorts {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  readonly clock: Clock;
}

/** Of the stores that write turns and jobs. */
export interface TurnsTablePorts extends TablePorts {
  /** Required, so that no function silently keeps none. */
  readonly stories: StoryAttributes;
}
