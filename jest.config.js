export default {
  testEnvironment: "node",
  testMatch: ["<rootDir>/test/**/*.test.ts"],
  // Without <rootDir>, which jest puts into a regular expression as it is: a path may hold "c++".
  // The runtime tests need a compiler: `npm run test:runtime`.
  testPathIgnorePatterns: ["/node_modules/", "/test/runtime/"],
  extensionsToTreatAsEsm: [".ts"],
  transform: {
    "\\.ts$": [
      "@swc/jest",
      {
        jsc: {
          parser: { syntax: "typescript" },
          target: "es2024",
          experimental: { keepImportAttributes: true },
        },
        module: { type: "es6" },
      },
    ],
  },
  modulePathIgnorePatterns: ["/cdk\\.out/"],
  testSequencer: "./test/support/slowest-first.js",
  testTimeout: 30_000,
  // In milliseconds. A worker that has synthesised stacks gives 700 MB back as it exits, which on a busy machine takes
  // longer than the default of 500. One with an open handle never exits, and is reported all the same.
  workerGracefulExitTimeout: 10_000,
  // One more than the two cores of CI, since the longest tests wait for other processes.
  maxWorkers: 3,
};
