import { afterAll, afterEach } from "@jest/globals";

/** What an end of a test may call. */
type Close = () => unknown;

interface Closable {
  readonly close: Close;
}

const afterFile: Close[] = [];
const afterTest: Close[] = [];

/** Closes the last started first; one that fails does not keep the others open. */
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
 * Closes what was started when the file's tests are over. A hook that names what beforeAll sets fails where a start has
 * failed, and leaves open what did start: jest then waits for it forever.
 */
export const closeAfterAll = <T extends Closable>(started: T): T => {
  afterFile.push(() => started.close());
  return started;
};

/** The same, when the test is over. */
export const closeAfterEach = <T extends Closable>(started: T): T => {
  afterTest.push(() => started.close());
  return started;
};
