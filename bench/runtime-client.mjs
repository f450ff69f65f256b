import { join } from "node:path";
import { pathToFileURL } from "node:url";

// The least that a runtime client does until its first event: it loads the handler, and asks for an event.

const { LAMBDA_TASK_ROOT = "", _HANDLER = "", AWS_LAMBDA_RUNTIME_API } = process.env;
globalThis.awslambda = { streamifyResponse: (handler) => handler };
const [module] = _HANDLER.split(".");
await import(pathToFileURL(join(LAMBDA_TASK_ROOT, `${module}.mjs`)).href);
await fetch(`http://${AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation/next`);
