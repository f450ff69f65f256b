/**
 * Message types that clients exchange without the user writing anything, such as read receipts. A full message route
 * includes them, but nobody expects an answer to them: an integration gets only those that its `objectNames` lists. Source:
 * RongCloud's list of message types (statuses, commands and notifications).
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
