import type { LocalBridge } from "../bridge.ts";

const simulatorsLine = (simulators: readonly (string | false)[]): string => {
  const named = simulators.filter((simulator) => simulator !== false);
  return named.length === 0 ? "" : `docs/simulators.md tells what these can do: ${named.join(", ")}.\n`;
};

const othersLine = (ids: readonly string[]): string =>
  ids.length === 0 ? "" : `The same works with ${ids.join(", ")}.\n`;

/** The line that says it is ready, and what to try. */
export const welcome = ({
  url,
  consoleUrl,
  demoBotIds: [demoBotId, ...others],
  difySimulatorUrl,
  appServerSimulatorUrl,
}: Omit<LocalBridge, "close" | "crash">): string => `ready ${url}

Talk to the demo bot in a browser: ${consoleUrl}

Or send it a message over the IM, from another terminal, and watch the answer stream in here:

  npm run -s sign | curl -H @- ${url}/message/private/publish.json \\
    -d fromUserId=user-001 -d toUserId=${demoBotId} -d objectName=RC:TxtMsg \\
    --data-urlencode 'content={"content":"Hello, who are you?"}'

${othersLine(others)}Say more: the conversation is kept for 24 hours. The README goes on from here. Ctrl-C stops everything.
${simulatorsLine([
  difySimulatorUrl !== undefined && `the Dify simulator at ${difySimulatorUrl}`,
  `the app server simulator at ${appServerSimulatorUrl}`,
])}
`;
