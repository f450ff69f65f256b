import { loadSession, session } from "./session.ts";
import { shellTexts } from "./text/shell.ts";
import { CopyButton } from "./ui/copy-button.tsx";

const startCommand = "npm start";

/** Loads everything again: browsers do not load a script again that once failed to. */
const retry = async (): Promise<void> => {
  await loadSession();
  if (session.value.state !== "unreachable") location.reload();
};

/** The page is open, but what served it does not answer. */
export const Unreachable = () => {
  const { unreachable, unreachableHelp, reload } = shellTexts.value;
  return (
    <main class="notice">
      <div role="alert">
        <h1>{unreachable}</h1>
        <p>{unreachableHelp}</p>
      </div>
      <p>
        <code>{startCommand}</code> <CopyButton text={startCommand} />
      </p>
      <button type="button" class="primary" onClick={() => void retry()}>
        {reload}
      </button>
    </main>
  );
};

export const SignedOut = ({ signInUrl }: { signInUrl: string }) => {
  const { title, signedOut, signIn } = shellTexts.value;
  return (
    <main class="notice">
      <h1>{title}</h1>
      <p>{signedOut}</p>
      <a class="button primary" href={signInUrl}>
        {signIn}
      </a>
    </main>
  );
};
