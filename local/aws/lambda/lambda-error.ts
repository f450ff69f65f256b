import type { LambdaError } from "./protocol.ts";

/** A thrown value as Lambda reports it. */
export const lambdaErrorOf = (thrown: unknown): LambdaError => {
  if (!isError(thrown)) return { errorType: typeof thrown, errorMessage: String(thrown) };
  return {
    errorType: thrown.name,
    errorMessage: thrown.message,
    trace: (thrown.stack ?? "").split("\n"),
  };
};

/** One that comes out of another thread, or another context, need not be an instance of this one's Error. */
const isError = (thrown: unknown): thrown is Error =>
  typeof thrown === "object" && thrown !== null && "name" in thrown && "message" in thrown;
