import { startDynamoDb } from "../../../local/aws/dynamodb.ts";

// Serves tables to the process that started this one, and ends with it.

const { endpoint } = await startDynamoDb({ tables: [], endpoint: undefined, dataDir: undefined });
process.on("disconnect", () => process.exit(0));
process.send?.({ endpoint });
