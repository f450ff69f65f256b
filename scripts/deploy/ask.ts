import { createInterface } from "node:readline";
import { Writable } from "node:stream";

export interface Terminal {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
}

export interface Question {
  readonly text: string;
  /** Whether what is typed stays off the screen. */
  readonly hidden: boolean;
}

/** Asks on the terminal. @throws Error if it is closed, as by Ctrl-C, or if the answer is empty. */
export const ask = async ({ input, output }: Terminal, { text, hidden }: Question): Promise<string> => {
  const prompt = `${text}: `;
  const echo = new Writable({
    write: (chunk, _encoding, done) => {
      if (!hidden) output.write(chunk);
      done();
    },
  });
  const lines = createInterface({ input, output: echo, prompt, terminal: true, historySize: 0 });
  if (hidden) output.write(prompt);
  else lines.prompt();
  try {
    const answer = await new Promise<string>((resolve, reject) => {
      lines.once("line", resolve);
      lines.once("close", () => reject(new Error("stopped")));
    });
    if (answer.trim() === "") throw new Error(`${text}: must not be empty`);
    return answer.trim();
  } finally {
    lines.close();
    if (hidden) output.write("\n");
  }
};
