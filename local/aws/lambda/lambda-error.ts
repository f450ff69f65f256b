import type { LambdaError } from "./protocol.ts";

/** Converts a thrown value to Lambda's error format. */
export const lambdaErrorOf = (thrown: unknown): LambdaError => {
  if (!isError(thrown)) return { errorType: typeof thrown, errorMessage: String(thrown) };
  return {
    errorType: thrown.name,
    errorMessage: thrown.message,
    trace: (thrown.stack ?? "").split("\n"),
  };
};

/** An error of another thread or context is not an instance of this context's Error. */
const isError = (thrown: unknown): thrown is Error =>
  typeof thrown === "object" && thrown !== null && "name" in thrown && "message" in thrown;
