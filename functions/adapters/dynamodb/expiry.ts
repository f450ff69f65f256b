const dayInSeconds = 24 * 60 * 60;

/**
 * The TTL of a record, in seconds since the epoch: one day after `expiresAt` (milliseconds). DynamoDB may delete it days later,
 * so every read compares `expiresAt` with the clock. The extra day prevents deletion while a record is in use.
 */
export const ttlOf = (expiresAt: number): number => Math.ceil(expiresAt / 1000) + dayInSeconds;
