import type { ComponentType } from "preact";
import { hrefOf } from "../../address.ts";
import { route } from "../../route.ts";
import { DeadLetters } from "./dead/dead-letters.tsx";
import { FindTurn } from "./find-turn.tsx";
import { TurnList } from "./list/turn-list.tsx";
import { turnsTexts } from "./texts.ts";
import { OneTurn } from "./turn/one-turn.tsx";
import { Usage } from "./usage/usage.tsx";
import "./turns.css";

const viewNames = ["list", "usage", "dead"] as const;
type ViewName = (typeof viewNames)[number];

const views: Readonly<Record<ViewName, ComponentType>> = { list: TurnList, usage: Usage, dead: DeadLetters };

const hrefOfView = (name: ViewName): string =>
  hrefOf("turns", undefined, { view: name === "list" ? undefined : name });

/** Links, so that each view has an address. */
const Views = ({ current }: { readonly current: ViewName }) => {
  const texts = turnsTexts.value;
  return (
    <nav class="turns-views" aria-label={texts.views}>
      {viewNames.map((name) => (
        <a key={name} href={hrefOfView(name)} aria-current={name === current ? "page" : undefined}>
          {texts.viewNames[name]}
        </a>
      ))}
    </nav>
  );
};

export const TurnsPage = () => {
  const { id, query } = route.value;
  const named = query.get("view");
  const current = viewNames.find((name) => name === named) ?? "list";
  const View = views[current];
  return (
    <div class="page turns">
      <header>
        <h1>{turnsTexts.value.title}</h1>
        <FindTurn />
      </header>
      <Views current={current} />
      {id === undefined ? <View /> : <OneTurn key={id} id={id} />}
    </div>
  );
};
