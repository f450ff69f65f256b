import { signal } from "@preact/signals";
import * as v from "valibot";
import { type SessionReply, sessionReply, signedOutReply } from "../../functions/console/page-calls.ts";

export type SignedIn = SessionReply;

export type Session =
  | { readonly state: "loading" }
  /** The server behind the page did not answer as it should. */
  | { readonly state: "unreachable" }
  | { readonly state: "signed_out"; readonly signInUrl: string }
  | { readonly state: "ready"; readonly session: SignedIn };

export const session = signal<Session>({ state: "loading" });

const fetchSession = async (): Promise<Session> => {
  const response = await fetch("session.json");
  const body: unknown = await response.json();
  if (response.status === 401) {
    const { signInUrl } = v.parse(signedOutReply, body);
    return { state: "signed_out", signInUrl };
  }
  return { state: "ready", session: v.parse(sessionReply, body) };
};

export const loadSession = async (): Promise<void> => {
  session.value = await fetchSession().catch((): Session => ({ state: "unreachable" }));
};

/** The session of a page that is shown only to those who are signed in. */
export const currentSession = (): SignedIn => {
  if (session.value.state !== "ready") throw new Error("no session");
  return session.value.session;
};
