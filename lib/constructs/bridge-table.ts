import {
  type Attribute,
  AttributeType,
  Billing,
  CfnGlobalTable,
  ProjectionType,
  TableV2,
} from "aws-cdk-lib/aws-dynamodb";
import type { IKey } from "aws-cdk-lib/aws-kms";
import type { Construct } from "constructs";
import { retainData } from "./retain-data.ts";

export interface BridgeTableProps {
  readonly partitionKey: string;
  readonly sortKey?: string;
  /** Whether records expire, at the time in their `ttl` attribute. */
  readonly expires: boolean;
  /** An index of the records that have both keys. Only changes of these attributes are written to it. */
  readonly index?: {
    readonly name: string;
    readonly partitionKey: string;
    readonly numericSortKey: string;
    readonly attributes: readonly string[];
  };
  readonly key: IKey;
  readonly isProduction: boolean;
}

const stringAttribute = (name: string): Attribute => ({ name, type: AttributeType.STRING });

/**
 * Creates an on-demand table. In production it outlives its stack, has deletion protection, and can be restored to any
 * second.
 */
export const makeTable = (scope: Construct, id: string, props: BridgeTableProps): TableV2 => {
  const { partitionKey, sortKey, expires, index, key, isProduction } = props;
  const table = new TableV2(scope, id, {
    partitionKey: stringAttribute(partitionKey),
    ...(sortKey !== undefined && { sortKey: stringAttribute(sortKey) }),
    billing: Billing.onDemand(),
    ...(expires && { timeToLiveAttribute: "ttl" }),
    ...(index && {
      globalSecondaryIndexes: [
        {
          indexName: index.name,
          partitionKey: stringAttribute(index.partitionKey),
          sortKey: { name: index.numericSortKey, type: AttributeType.NUMBER },
          projectionType: ProjectionType.INCLUDE,
          nonKeyAttributes: [...index.attributes],
        },
      ],
    }),
    deletionProtection: isProduction,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: isProduction },
  });
  // With deletion protection, a rollback could not delete it and would fail. It has no fixed name, so it prevents nothing.
  retainData(table, isProduction, "keep");
  encryptWith(table, key);
  return table;
};

/** Overrides the template: TableV2 accepts a customer managed key only in stacks with an explicit region. */
const encryptWith = (table: TableV2, key: IKey): void => {
  const { defaultChild } = table.node;
  if (!(defaultChild instanceof CfnGlobalTable)) throw new Error(`${table.node.path} is not a table`);
  defaultChild.sseSpecification = { sseEnabled: true, sseType: "KMS" };
  defaultChild.addPropertyOverride("Replicas.0.SSESpecification.KMSMasterKeyId", key.keyArn);
};
