import type { ProfileInput } from "../../local/dify/server.ts";

type Script = NonNullable<ProfileInput["script"]>;
type Fail = Extract<Script[number], { do: "fail" }>;

const begin = { do: "begin" } as const;
const finish = { do: "finish" } as const;

/** The connection breaks after part of the text; a run that outlives its client says the rest. */
export const cutAfter = (sent: string[], rest: string[] = []): Script => [
  begin,
  { do: "say", pieces: sent },
  { do: "cut" },
  { do: "say", pieces: rest },
  finish,
];

/** The model fails after part of the text. */
export const failAfter = (sent: string[], failure: Omit<Fail, "do"> = {}): Script => [
  begin,
  { do: "say", pieces: sent },
  { do: "fail", ...failure },
];

/** A thought, then the app's reply. Models split their tags. */
export const thinking = (thought: string): Script => [
  begin,
  { do: "say", pieces: ["<thi", "nk>\n", thought, "\n</th", "ink>\n\n"] },
  { do: "say" },
  finish,
];

/** Neither an event nor a ping. */
export const silence: Script = [{ do: "wait", pings: false }];

export const onlyPings: Script = [{ do: "wait" }];

/** A path below Dify's host, as a Dify without FILES_URL writes it. */
export const pictureUrl =
  "/files/tools/picture.png?timestamp=1795734612&nonce=0123456789abcdef&sign=simulator";
