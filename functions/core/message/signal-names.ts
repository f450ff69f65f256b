/**
 * What clients tell each other beside what people say: a full message route brings these too, and nobody waits for an
 * answer to them. An integration gets those that it names. Source: RongCloud's list of message types, its statuses,
 * commands and notices.
 */
export const signalNames: ReadonlySet<string> = new Set([
  "RC:ReadNtf",
  "RC:RRReqMsg",
  "RC:RRRspMsg",
  "RC:SRSMsg",
  "RC:TypSts",
  "RC:RcCmd",
  "RC:RcNtf",
  "RC:MsgExMsg",
  "RC:CmdMsg",
  "RC:CmdNtf",
  "RC:InfoNtf",
  "RC:ContactNtf",
  "RC:ProfileNtf",
  "RC:GrpNtf",
]);
