import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const projectRoot = fileURLToPath(new URL("../../..", import.meta.url));

/** What a slim Debian image has, plus what the README asks for: curl, openssl and Node. */
const coreutils =
  "basename cat chmod cp cut date dirname echo env false head ls mkdir mktemp mv printf pwd readlink rm seq sleep sort " +
  "tail tee test touch tr true uname uniq wc";
const programs = [...coreutils.split(" "), "sh", "sed", "grep", "curl", "openssl", "node"];

const findProgram = (name: string): string | undefined =>
  (process.env.PATH ?? "")
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((file) => existsSync(file));

/** An npm that starts a script as `npm run` does through scripts/run.mjs, without the 0.4 s that npm and run.mjs take. */
const fastNpm = (): string => {
  const { scripts } = JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8"));
  const cases = Object.entries(scripts).map(([name, script]) => {
    const command = String(script).replace(/^node scripts\/run\.mjs /, "");
    return `${name}) exec '${process.execPath}' ${command} "$@" ;;`;
  });
  return `#!/bin/sh
[ "$1" = run ] || exit 1
shift
[ "$1" != -s ] || shift
name=$1
shift
[ "$#" -eq 0 ] || [ "$1" != -- ] || shift
case "$name" in
${cases.join("\n")}
esac
echo "no script $name" >&2
exit 1
`;
};

export interface SlimPath {
  /** A PATH with npm itself. */
  readonly withNpm: string;
  /** A PATH whose npm runs the scripts of package.json, faster. */
  readonly withFastNpm: string;
  readonly close: () => void;
}

/** Folders with the programs that commands in the docs may use, and no others: not jq, not uuidgen. */
export const makeSlimPath = (): SlimPath => {
  const root = mkdtempSync(join(tmpdir(), "bot-bridge-path-"));
  const makeFolder = (name: string): string => {
    const folder = join(root, name);
    mkdirSync(folder);
    return folder;
  };
  const link = (name: string, folder: string): void => {
    const program = findProgram(name);
    if (program !== undefined) symlinkSync(program, join(folder, name));
  };

  const slim = makeFolder("slim");
  for (const name of programs) link(name, slim);
  const withNpm = makeFolder("npm");
  link("npm", withNpm);
  const withFastNpm = makeFolder("fast-npm");
  writeFileSync(join(withFastNpm, "npm"), fastNpm(), { mode: 0o755 });
  return {
    withNpm: [withNpm, slim].join(delimiter),
    withFastNpm: [withFastNpm, slim].join(delimiter),
    close: () => rmSync(root, { recursive: true, force: true }),
  };
};
