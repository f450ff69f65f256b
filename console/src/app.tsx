import type { ComponentType } from "preact";
import type { PageName } from "./address.ts";
import { Header } from "./header.tsx";
import { SignedOut, Unreachable } from "./no-session.tsx";
import { PageBoundary, PageFailed } from "./page-boundary.tsx";
import { route } from "./route.ts";
import { loadSession, session } from "./session.ts";
import { shellTexts } from "./text/shell.ts";
import { useLoaded } from "./ui/use-loaded.ts";

/** Each page is a script of its own, loaded when it is first shown. */
const pages: Readonly<Record<PageName, () => Promise<ComponentType>>> = {
  chat: async () => (await import("./pages/chat/chat-page.tsx")).ChatPage,
  bots: async () => (await import("./pages/bots/bots-page.tsx")).BotsPage,
  turns: async () => (await import("./pages/turns/turns-page.tsx")).TurnsPage,
  guide: async () => (await import("./pages/guide/guide-page.tsx")).GuidePage,
};

/** Without the server, this shows how to start it. */
const loadPage = async (name: PageName): Promise<ComponentType> => {
  try {
    return await pages[name]();
  } catch (error) {
    await loadSession();
    throw error;
  }
};

const CurrentPage = ({ name }: { name: PageName }) => {
  const [loaded] = useLoaded(() => loadPage(name), []);
  if (loaded.state === "failed") return <PageFailed error={loaded.error} />;
  if (loaded.state === "loading") return <p class="notice">{shellTexts.value.loading}</p>;
  const Page = loaded.value;
  return (
    <PageBoundary>
      <Page />
    </PageBoundary>
  );
};

/** A button, since the address, which a link would change, names the page. */
const focusContent = (): void => document.getElementById("content")?.focus();

export const App = () => {
  const current = session.value;
  switch (current.state) {
    case "loading":
      return <p class="notice">{shellTexts.value.loading}</p>;
    case "unreachable":
      return <Unreachable />;
    case "signed_out":
      return <SignedOut signInUrl={current.signInUrl} />;
    case "ready":
      return (
        <>
          <button type="button" class="skip" onClick={focusContent}>
            {shellTexts.value.skip}
          </button>
          <Header />
          <main id="content" tabIndex={-1}>
            <CurrentPage key={route.value.page} name={route.value.page} />
          </main>
        </>
      );
  }
};
