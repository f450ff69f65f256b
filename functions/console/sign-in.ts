import type { ConsoleReply } from "./console-reply.ts";
import type { ConsoleRequest } from "./console-request.ts";

/** A person who has signed in. */
export interface Operator {
  /** The provider's id of the person. */
  readonly subject: string;
  readonly name: string;
}

/** How people sign in. */
export interface SignIn {
  /** Who sent the request; undefined: nobody who is signed in. */
  operatorOf(request: ConsoleRequest): Promise<Operator | undefined>;
  /** `GET sign-in`: sends the browser to the provider. */
  begin(request: ConsoleRequest): Promise<ConsoleReply>;
  /** `GET sign-in/callback`: where the provider sends it back to. */
  finish(request: ConsoleRequest): Promise<ConsoleReply>;
  /** `POST sign-out`: ends the session here, and says where the page goes to end that of the provider. */
  end(request: ConsoleRequest): Promise<ConsoleReply>;
}
