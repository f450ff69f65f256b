import { buildPage } from "../../lib/console-page/build-page.ts";

/** Builds the console's page with Vite. */
export const build = ({ outdir }: { readonly outdir: string }): Promise<void> => buildPage(outdir);
