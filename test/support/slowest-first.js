import { createRequire } from "node:module";

// jest requires this file, after which Node resolves another default export of that package for `import`.
const { default: Sequencer } = createRequire(import.meta.url)("@jest/test-sequencer");

/** More than ten seconds each: if one of them started last, it alone would delay the end of the step. */
const slowest = ["redrive-command", "findings", "killed-worker", "start-and-stop"];

const isSlow = ({ path }) => slowest.some((name) => path.endsWith(`/${name}.test.ts`));

/** jest itself knows how long a file takes from the previous run, which a fresh clone does not have. */
export default class SlowestFirst extends Sequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    return [...sorted.filter(isSlow), ...sorted.filter((test) => !isSlow(test))];
  }
}
