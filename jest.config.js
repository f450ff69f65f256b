export default {
  testEnvironment: "node",
  testMatch: ["<rootDir>/test/**/*.test.ts"],
  // It needs a compiler: `npm run test:runtime`.
  testPathIgnorePatterns: ["/node_modules/", "<rootDir>/test/runtime/"],
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
  modulePathIgnorePatterns: ["<rootDir>/cdk.out"],
  testTimeout: 30_000,
  // One more than the two cores of CI: the longest tests wait for other processes.
  maxWorkers: 3,
};
