import type { LocalBridge } from "../bridge.ts";

const simulatorsLine = (simulators: readonly (string | false)[]): string => {
  const named = simulators.filter((simulator) => simulator !== false);
  return named.length === 0 ? "" : `Simulators (docs/simulators.md): ${named.join(", ")}.\n`;
};

const othersLine = (ids: readonly string[]): string =>
  ids.length === 0 ? "" : `Other demo bots: ${ids.join(", ")}.\n`;

/** The message printed at startup: the URL, and commands to try. */
export const welcome = ({
  url,
  consoleUrl,
  demoBotIds: [demoBotId, ...others],
  difySimulatorUrl,
  appServerSimulatorUrl,
}: Omit<LocalBridge, "close" | "crash">): string => `ready ${url}

Talk to the demo bot in a browser: ${consoleUrl}

Or send it a message through the IM from another terminal. The answer streams in here:

  npm run -s sign | curl -H @- ${url}/message/private/publish.json \\
    -d fromUserId=user-001 -d toUserId=${demoBotId} -d objectName=RC:TxtMsg \\
    --data-urlencode 'content={"content":"Hello, who are you?"}'

${othersLine(others)}The conversation is kept for 24 hours. docs/getting-started.md has more examples. Ctrl-C stops everything.
${simulatorsLine([
  difySimulatorUrl !== undefined && `Dify at ${difySimulatorUrl}`,
  `app server at ${appServerSimulatorUrl}`,
])}
`;
