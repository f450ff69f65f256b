import { effect } from "@preact/signals";
import { render } from "preact";
import { App } from "./app.tsx";
import { route } from "./route.ts";
import { loadSession } from "./session.ts";
import { shellTexts } from "./text/shell.ts";
import "./theme.ts";

effect(() => {
  const { title, pages } = shellTexts.value;
  document.title = `${pages[route.value.page]} · ${title}`;
});

render(<App />, document.body);
await loadSession();
