/** What RongCloud would answer instead of taking a call. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;
  readonly code: number;

  constructor(status: number, code: number, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export const refuse = (code: number, message: string, status = 400): never => {
  throw new Refusal(status, code, message);
};
