import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { documentFile } from "../openapi/document-file.ts";

// Checks the OpenAPI document with Redocly (redocly.yaml) and Spectral (.spectral.yaml). A warning or a hint fails too.

const commands = [
  ["node_modules/@redocly/cli/bin/cli.js", "lint", documentFile],
  ["node_modules/@stoplight/spectral-cli/dist/index.js", "lint", documentFile, "--fail-severity", "hint"],
];

for (const command of commands) {
  const { status } = spawnSync(process.execPath, command, {
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    stdio: "inherit",
    env: { ...process.env, REDOCLY_SUPPRESS_UPDATE_NOTICE: "true" },
  });
  if (status !== 0) process.exitCode = 1;
}
