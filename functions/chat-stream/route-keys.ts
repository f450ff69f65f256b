/** The routes of API Gateway that chat-stream serves: method and path template. */
export const routeKeys = [
  "POST /v1/bots/{userId}/chat",
  "POST /v1/bots/{userId}/turns/{turn}/input",
  "GET /v1/bots/{userId}/turns/{turn}/events",
] as const;

export type ChatStreamRoute = (typeof routeKeys)[number];
