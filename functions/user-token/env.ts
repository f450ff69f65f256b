import * as v from "valibot";
import { parseEnvironment } from "../adapters/node/environment.ts";
import { signedCallersEnv } from "../adapters/rongcloud/signed-callers.ts";

export const readEnv = () => parseEnvironment(v.object(signedCallersEnv));
