import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";

/** Makes a write; false where its condition did not hold. */
export const holds = async (write: Promise<unknown>): Promise<boolean> => {
  try {
    await write;
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
};
