import type { AnswerFile } from "../../../../client/src/index.ts";
import { Picture } from "../../markdown/picture.tsx";
import { linkUrl, pictureUrl } from "../../markdown/safe-url.ts";
import { chatTexts } from "./texts.ts";

const nameOf = ({ name, url }: AnswerFile): string =>
  name ?? URL.parse(url)?.pathname.split("/").at(-1) ?? url;

const File = ({ file }: { file: AnswerFile }) => {
  const picture = file.type === "image" ? pictureUrl(file.url) : undefined;
  if (picture !== undefined) return <Picture url={picture} text={nameOf(file)} />;
  const url = linkUrl(file.url);
  if (url === undefined) return nameOf(file);
  return (
    <a href={url} target="_blank" rel="noopener noreferrer">
      {nameOf(file)}
    </a>
  );
};

/** The files of an answer. */
export const FileList = ({ files }: { files: readonly AnswerFile[] }) =>
  files.length === 0 ? null : (
    <ul class="chat-files" aria-label={chatTexts.value.files}>
      {files.map((file) => (
        <li key={file.url} class="markdown">
          <File file={file} />
        </li>
      ))}
    </ul>
  );
