/** The paths that publish messages of each channel type, and the field for the target (docs/spec/rongcloud.md, section 8). */
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

/** Status messages are neither stored nor counted as unread. RongCloud shows typing in private chats only. */
export const privateStatus = "/statusmessage/private/publish.json";
