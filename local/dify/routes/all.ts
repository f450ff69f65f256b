import type { Route } from "../http/router.ts";
import { appFactRoutes } from "./app-facts.ts";
import { conversationRoutes } from "./conversations.ts";
import { fileRoutes } from "./files.ts";
import { messageRoutes } from "./messages.ts";
import { runRoutes } from "./runs.ts";
import { stopRoutes } from "./stop.ts";
import { switchRoutes } from "./switches.ts";
import { workflowRunRoutes } from "./workflow-runs.ts";

export const routes: readonly Route[] = [
  ...runRoutes,
  ...stopRoutes,
  ...fileRoutes,
  ...messageRoutes,
  ...conversationRoutes,
  ...appFactRoutes,
  ...workflowRunRoutes,
  ...switchRoutes,
];
