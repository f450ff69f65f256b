/**
 * When a job is too old. A message's age includes the time that a worker holds it: a turn runs for up to 14 minutes, and
 * a webhook is retried for 15.
 */
export const maxJobAgeSeconds = 20 * 60;
