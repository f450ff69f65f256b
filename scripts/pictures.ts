import { mkdirSync, writeFileSync } from "node:fs";
import { startLocalBridge } from "../local/bridge.ts";
import { readSettings } from "../local/settings.ts";
import { welcome } from "../local/terminal/welcome.ts";
import { readPage } from "../test/support/commands/page.ts";
import { openShell } from "../test/support/commands/shell.ts";
import { eventually } from "../test/support/eventually.ts";
import { takeConsolePictures } from "./pictures/console-pictures.ts";
import { terminalPicture } from "./pictures/terminal-picture.ts";

// Makes the pictures of the docs from a run on this machine, with the README's own commands. Port 3000 must be free.

const images = new URL("../docs/images/", import.meta.url);

let terminal = "$ npm start\n";
const write = (text: string): void => {
  terminal += text;
};

const shown = (text: string): Promise<void> =>
  eventually(() => {
    if (!terminal.includes(text)) throw new Error(`the terminal never showed "${text}"`);
  });

const bridge = await startLocalBridge(readSettings({}), { write, writeLog: () => {}, isShared: false });
try {
  write(`${welcome(bridge).split("\n", 1)[0]}\n\n`);
  const shell = openShell(process.env.PATH ?? "");
  for (const { text, skip } of readPage("README.md").commands) if (skip === undefined) await shell.run(text);
  await shown("You said: Hello, who are you?");
  const say = (text: string): Promise<string> =>
    shell.run(`npm run -s sign | curl -s -H @- "$BRIDGE/message/private/publish.json" \\
      -d fromUserId=user-001 -d toUserId=bot-001 -d objectName=RC:TxtMsg \\
      --data-urlencode 'content={"content":"${text}"}'\n`);
  await say("And what did I just say?");
  await shown("(turn 2 of this conversation; before that you said: Hello, who are you?)");
  shell.close();

  mkdirSync(new URL("console/", images), { recursive: true });
  writeFileSync(new URL("terminal.svg", images), terminalPicture(terminal));
  await takeConsolePictures(bridge, (name, png) =>
    writeFileSync(new URL(`console/${name}.png`, images), png),
  );
} finally {
  await bridge.close();
}
process.exit(0);
