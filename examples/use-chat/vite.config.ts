import { defineConfig } from "vite";
import { botToken } from "./token-endpoint.ts";

const {
  VITE_BRIDGE_URL: bridgeUrl = "http://127.0.0.1:3000",
  APP_KEY: appKey = "local-app-key",
  APP_SECRET: appSecret = "local-app-secret",
} = process.env;

export default defineConfig({
  // `@bot-bridge/client` is this repository's; in a project of your own it is the installed package.
  resolve: { tsconfigPaths: true },
  plugins: [botToken({ bridgeUrl, appKey, appSecret })],
});
