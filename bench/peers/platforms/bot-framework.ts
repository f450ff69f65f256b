import { post, type StartPlatform, startApi, userIn } from "./platform.ts";

/** A channel of Bot Framework, with the Connector API that its bots call. */
export const startBotFramework: StartPlatform = async (onText) => {
  let sent = 0;
  const { url, close } = await startApi((path, body, method) => {
    const [, conversation, named] = /^\/v3\/conversations\/([^/]+)\/activities\/?([^/]*)/.exec(path) ?? [];
    const id = method === "PUT" ? String(named) : `sent-${++sent}`;
    if (body.type === "message") onText(userIn(conversation), id, String(body.text));
    return { id };
  });
  return {
    url,
    redelivers: false,
    close,
    deliver: (botUrl, { user, id, text }) =>
      post(
        `${botUrl}/api/messages`,
        JSON.stringify({
          type: "message",
          id,
          timestamp: new Date().toISOString(),
          channelId: "emulator",
          serviceUrl: url,
          from: { id: user, name: "Ann" },
          recipient: { id: "bot", name: "Bench" },
          conversation: { id: user },
          text,
        }),
      ),
  };
};
