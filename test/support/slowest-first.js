import { createRequire } from "node:module";

// jest requires this file, and then Node gives `import` another default of that package than it gives otherwise.
const { default: Sequencer } = createRequire(import.meta.url)("@jest/test-sequencer");

/** More than ten seconds each: started last, one alone would decide when the step ends. */
const slowest = [
  "bench/scale",
  "redrive-command",
  "findings",
  "call-counts",
  "killed-worker",
  "start-and-stop",
];

const isSlow = ({ path }) => slowest.some((name) => path.endsWith(`/${name}.test.ts`));

/** jest itself knows how long a file takes from the run before, which a fresh clone does not have. */
export default class SlowestFirst extends Sequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    return [...sorted.filter(isSlow), ...sorted.filter((test) => !isSlow(test))];
  }
}
