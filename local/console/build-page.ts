import { findPage } from "../../lib/console-page/find-page.ts";
import { buildInChild } from "../builds/build-in-child.ts";

/** The folder of the console's page. Each state of its sources is built once. */
export const buildPage = async (): Promise<string> => {
  const page = findPage();
  if (!page.exists) {
    await buildInChild("page", { outdir: page.draft });
    page.save();
  }
  return page.folder;
};
