/** Where a message of each channel is published, and the field that names to whom (docs/spec/rongcloud.md, section 8). */
export const imTargets = {
  PERSON: {
    publish: "/message/private/publish.json",
    field: "toUserId",
    stream: "/v3/message/private/publish_stream.json",
  },
  GROUP: {
    publish: "/message/group/publish.json",
    field: "toGroupId",
    stream: "/v3/message/group/publish_stream.json",
  },
} as const;

/** A message that nobody counts, keeps or gets later; typing is shown in private alone (RongCloud's status messages). */
export const privateStatus = "/statusmessage/private/publish.json";
