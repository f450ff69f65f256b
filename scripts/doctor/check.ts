/** What a check has found. A note is neither good nor bad, such as that something could not be checked. */
export type Finding =
  | { readonly level: "ok" | "note"; readonly text: string }
  /** Without `toDo`, the text says what to do. */
  | { readonly level: "problem"; readonly text: string; readonly toDo?: string };

export type Findings = Finding | readonly Finding[];

export interface Check {
  readonly name: string;
  /** @throws the error of a client that could not ask. */
  readonly run: () => Promise<Findings>;
}

export const ok = (text: string): Finding => ({ level: "ok", text });
export const note = (text: string): Finding => ({ level: "note", text });
export const problem = (text: string, toDo?: string): Finding => ({
  level: "problem",
  text,
  ...(toDo !== undefined && { toDo }),
});

/** A check of what an earlier check has found, which has reported it if it is missing. */
export const checkOf = <T>(
  name: string,
  needed: { readonly what: string; readonly found: T | undefined },
  run: (found: T) => Promise<Findings>,
): Check => ({
  name,
  run: async () =>
    needed.found === undefined ? note(`not checked: it needs ${needed.what}`) : run(needed.found),
});
