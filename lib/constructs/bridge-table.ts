import { type Attribute, AttributeType, Billing, CfnGlobalTable, TableV2 } from "aws-cdk-lib/aws-dynamodb";
import type { IKey } from "aws-cdk-lib/aws-kms";
import type { Construct } from "constructs";
import { retainData } from "./retain-data.ts";

export interface BridgeTableProps {
  readonly partitionKey: string;
  readonly sortKey?: string;
  /** Whether its records expire, by their `ttl`. */
  readonly expires: boolean;
  readonly key: IKey;
  readonly isProduction: boolean;
}

const stringAttribute = (name: string): Attribute => ({ name, type: AttributeType.STRING });

/** A table, paid by use. In production it outlives its stack, is deleted by nobody's slip, and goes back to any second. */
export const makeTable = (scope: Construct, id: string, props: BridgeTableProps): TableV2 => {
  const { partitionKey, sortKey, expires, key, isProduction } = props;
  const table = new TableV2(scope, id, {
    partitionKey: stringAttribute(partitionKey),
    ...(sortKey !== undefined && { sortKey: stringAttribute(sortKey) }),
    billing: Billing.onDemand(),
    ...(expires && { timeToLiveAttribute: "ttl" }),
    deletionProtection: isProduction,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: isProduction },
  });
  retainData(table, isProduction);
  encryptWith(table, key);
  return table;
};

/** By hand: TableV2 takes a key of ours only where the stack names its region. */
const encryptWith = (table: TableV2, key: IKey): void => {
  const { defaultChild } = table.node;
  if (!(defaultChild instanceof CfnGlobalTable)) throw new Error(`${table.node.path} is no table`);
  defaultChild.sseSpecification = { sseEnabled: true, sseType: "KMS" };
  defaultChild.addPropertyOverride("Replicas.0.SSESpecification.KMSMasterKeyId", key.keyArn);
};
