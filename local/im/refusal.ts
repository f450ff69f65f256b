type Headers = Readonly<Record<string, string>>;

/** An error response of RongCloud. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;
  readonly code: number;
  readonly headers: Headers;

  constructor(status: number, code: number, message: string, headers: Headers = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

export const refuse = (code: number, message: string, status = 400, headers: Headers = {}): never => {
  throw new Refusal(status, code, message, headers);
};
