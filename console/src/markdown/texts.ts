import { defineTexts } from "../text/language.ts";

export const markdownTexts = defineTexts(
  {
    showPicture: (host: string) => `Show the picture from ${host}`,
    table: "Table",
    done: "Done",
    open: "Open",
  },
  {
    showPicture: (host) => `显示来自 ${host} 的图片`,
    table: "表格",
    done: "已完成",
    open: "未完成",
  },
);
