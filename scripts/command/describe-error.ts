/** An error in one line, for the terminal. Some, such as that of a refused connection, have no message. */
export const describeError = (error: unknown): string =>
  error instanceof Error && error.message !== "" ? error.message : String(error);
