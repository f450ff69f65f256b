import { afterAll, afterEach } from "@jest/globals";

/** The ways to close a resource. */
type Close = () => unknown;

interface Closable {
  readonly close: Close;
}

const afterFile: Close[] = [];
const afterTest: Close[] = [];

/** Closes the last opened first; a failure does not keep the others open. */
const closeAll = async (closers: Close[]): Promise<void> => {
  const faults: unknown[] = [];
  for (const close of closers.splice(0).reverse()) {
    try {
      await close();
    } catch (error) {
      faults.push(error);
    }
  }
  if (faults.length > 0) throw new AggregateError(faults, `not closed: ${faults.join("; ")}`);
};

afterEach(() => closeAll(afterTest));
afterAll(() => closeAll(afterFile));

/**
 * Closes the resource after the file's tests. A hook that uses what beforeAll assigns fails if beforeAll has
 * failed, and leaves open what did start: jest then waits for it forever.
 */
export const closeAfterAll = <T extends Closable>(started: T): T => {
  afterFile.push(() => started.close());
  return started;
};

/** The same, after each test. */
export const closeAfterEach = <T extends Closable>(started: T): T => {
  afterTest.push(() => started.close());
  return started;
};
