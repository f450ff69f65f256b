export const appModes = ["chat", "agent-chat", "advanced-chat", "completion", "workflow"] as const;

export type AppMode = (typeof appModes)[number];

/** Chatflows and workflows run a graph of nodes. */
export const runsGraph = (mode: AppMode): boolean => mode === "advanced-chat" || mode === "workflow";

export const versionNames = ["0.15.3", "1.12.1", "1.14.2", "1.16.1"] as const;

export type VersionName = (typeof versionNames)[number];

/** The effect on a chatflow or workflow of a stop request by another user. */
export const foreignStops: Readonly<Record<VersionName, "ignored" | "fails" | "stops">> = {
  "0.15.3": "ignored",
  "1.12.1": "fails",
  "1.14.2": "fails",
  "1.16.1": "stops",
};
