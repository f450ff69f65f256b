import { defineConfig } from "vite";

/** Relative URLs, since a deployed console is served under the path of a stage. */
export default defineConfig({
  root: import.meta.dirname,
  base: "./",
  build: {
    target: "es2023",
    // A data: URL would need a wider content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
});
