/** The main module of a build's process. It ends with the build, or with its parent. */

// Ctrl-C reaches it too. Its parent stops when it has ended, and would take its death for a failed build.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => {});
process.on("disconnect", () => process.exit(1));

const [name, input = ""] = process.argv.slice(2);
const { build } = await import(`./${name}.ts`);
await build(JSON.parse(input));
process.exit(0);
