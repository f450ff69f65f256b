const dayInSeconds = 24 * 60 * 60;

/**
 * When DynamoDB may delete a record, in seconds since the epoch: a day after it expires. Deletion is lazy, by days:
 * every read compares `expiresAt` with the clock, and the day more keeps a record whole while one is about to use it.
 */
export const ttlOf = (expiresAt: number): number => Math.ceil(expiresAt / 1000) + dayInSeconds;
