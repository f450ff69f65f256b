import type { LocalBridge } from "../bridge.ts";
import { demoBotId } from "../demo-bot.ts";

const standInsLine = (standIns: readonly (string | false)[]): string => {
  const named = standIns.filter((standIn) => standIn !== false);
  return named.length === 0 ? "" : `docs/stand-ins.md tells what these can do: ${named.join(", ")}.\n`;
};

/** The line that says it is ready, and what to try. */
export const welcome = ({
  url,
  consoleUrl,
  standInDifyUrl,
  standInAppServerUrl,
}: Omit<LocalBridge, "close" | "crash">): string => `ready ${url}

Talk to the demo bot in a browser: ${consoleUrl}

Or send it a message over the IM, from another terminal, and watch the answer stream in here:

  npm run -s sign | curl -H @- ${url}/message/private/publish.json \\
    -d fromUserId=user-001 -d toUserId=${demoBotId} -d objectName=RC:TxtMsg \\
    --data-urlencode 'content={"content":"Hello, who are you?"}'

Say more: the conversation is kept for 24 hours. The README goes on from here. Ctrl-C stops everything.
${standInsLine([
  standInDifyUrl !== undefined && `the stand-in Dify at ${standInDifyUrl}`,
  `the stand-in app server at ${standInAppServerUrl}`,
])}
`;
