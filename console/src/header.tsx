import { signOutReply } from "../../functions/console/page-calls.ts";
import { hrefOf, pageNames } from "./address.ts";
import { callServer } from "./api.ts";
import { chooseApp, chosenApp } from "./chosen-app.ts";
import { route } from "./route.ts";
import { currentSession } from "./session.ts";
import { language, languages } from "./text/language.ts";
import { shellTexts } from "./text/shell.ts";
import { theme, themes } from "./theme.ts";
import { Icon } from "./ui/icon.tsx";
import { Menu } from "./ui/menu.tsx";
import { Select } from "./ui/select.tsx";

const Navigation = () => {
  const texts = shellTexts.value;
  return (
    <nav aria-label={texts.navigation}>
      {pageNames.map((name) => (
        <a key={name} href={hrefOf(name)} aria-current={route.value.page === name ? "page" : undefined}>
          {texts.pages[name]}
        </a>
      ))}
    </nav>
  );
};

/** Ends the session here, and then at the provider. */
const signOut = async (): Promise<void> => {
  const { url } = await callServer(signOutReply, { path: "sign-out", body: {} });
  location.href = url;
};

const Operator = () => {
  const { name, canSignOut } = currentSession();
  const texts = shellTexts.value;
  return (
    <>
      {name !== null && <p>{texts.signedInAs(name)}</p>}
      {canSignOut && (
        <button type="button" onClick={() => void signOut()}>
          {texts.signOut}
        </button>
      )}
    </>
  );
};

const Settings = () => {
  const texts = shellTexts.value;
  const { apps } = currentSession();
  return (
    <Menu
      label={
        <>
          <Icon shape="settings" />
          <span class="menu-label">{texts.settings}</span>
        </>
      }
    >
      {apps.length > 1 && (
        <Select label={texts.app} value={chosenApp.value} options={apps} onChange={chooseApp} />
      )}
      <Select
        label={texts.language}
        value={language.value}
        options={languages}
        nameOf={(each) => texts.languages[each]}
        onChange={(chosen) => {
          language.value = chosen;
        }}
      />
      <Select
        label={texts.theme}
        value={theme.value}
        options={themes}
        nameOf={(each) => texts.themes[each]}
        onChange={(chosen) => {
          theme.value = chosen;
        }}
      />
      <Operator />
    </Menu>
  );
};

export const Header = () => (
  <header class="bar">
    <a class="brand" href={hrefOf("chat")}>
      Bot Bridge
    </a>
    <Navigation />
    <Settings />
  </header>
);
