import { post, type StartPlatform, startApi, userIn } from "./platform.ts";

/** For bots without a platform of their own: a message is a POST to either side. */
export const startHttpPlatform: StartPlatform = async (onText) => {
  let sent = 0;
  const { url, close } = await startApi((_path, { user, text }) => {
    onText(userIn(user), `sent-${++sent}`, String(text));
    return {};
  });
  return {
    url,
    redelivers: false,
    close,
    deliver: (botUrl, message) => post(`${botUrl}/messages`, JSON.stringify(message)),
  };
};
