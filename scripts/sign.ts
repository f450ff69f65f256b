import { signCall } from "#adapters/rongcloud/sign-call.ts";
import { readSettings } from "../local/settings.ts";

try {
  const { appKey, appSecret } = readSettings();
  // One header per line, the format of curl's -H @-: npm run -s sign | curl -H @- …
  const headers = signCall({ appKey, secret: appSecret }, Date.now());
  for (const [name, value] of Object.entries(headers)) process.stdout.write(`${name}: ${value}\n`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
