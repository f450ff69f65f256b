import { Writable } from "node:stream";

/** A log that can be read. */
export const textLog = () => {
  let text = "";
  const log = new Writable({
    write(chunk, _encoding, done) {
      text += chunk;
      done();
    },
  });
  return { log, lines: () => text.split("\n").filter((line) => line !== "") };
};

export const until = async (isMet: () => boolean | Promise<boolean>, withinMs = 20_000): Promise<void> => {
  const deadline = Date.now() + withinMs;
  while (!(await isMet())) {
    if (Date.now() > deadline) throw new Error("condition not met in time");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};
