import { CopyButton } from "../ui/copy-button.tsx";

export const CodeBlock = ({ code, language }: { code: string; language: string | undefined }) => (
  <figure class="code-block">
    <figcaption>
      <span>{language}</span>
      <CopyButton text={code} />
    </figcaption>
    <pre tabIndex={0} dir="ltr">
      <code>{code}</code>
    </pre>
  </figure>
);
