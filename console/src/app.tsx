import type { ComponentType } from "preact";
import { lazy, Suspense } from "preact/compat";
import { Header } from "./header.tsx";
import { SignedOut, Unreachable } from "./no-session.tsx";
import { PageBoundary } from "./page-boundary.tsx";
import { type PageName, route } from "./route.ts";
import { session } from "./session.ts";
import { shellTexts } from "./text/shell.ts";

/** Each page is a script of its own, loaded when it is first shown. */
const pages: Readonly<Record<PageName, ComponentType>> = {
  chat: lazy(() => import("./pages/chat/chat-page.tsx").then(({ ChatPage }) => ChatPage)),
  bots: lazy(() => import("./pages/bots/bots-page.tsx").then(({ BotsPage }) => BotsPage)),
  turns: lazy(() => import("./pages/turns/turns-page.tsx").then(({ TurnsPage }) => TurnsPage)),
  guide: lazy(() => import("./pages/guide/guide-page.tsx").then(({ GuidePage }) => GuidePage)),
};

const CurrentPage = () => {
  const { page } = route.value;
  const Page = pages[page];
  const loading = <p class="notice">{shellTexts.value.loading}</p>;
  return (
    <PageBoundary key={page}>
      <Suspense fallback={loading}>
        <Page />
      </Suspense>
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
            <CurrentPage />
          </main>
        </>
      );
  }
};
