import type { ComponentChildren } from "preact";
import type { TestReply } from "./test-call.ts";
import { testTexts } from "./test-texts.ts";

const Outcome = ({ isOk }: { isOk: boolean }) => {
  const { passed, failed } = testTexts.value;
  return <span class={isOk ? "tag good" : "tag bad"}>{isOk ? passed : failed}</span>;
};

const App = ({ app }: { app: NonNullable<TestReply["app"]> }) => {
  const texts = testTexts.value;
  return (
    <dl class="bots-app">
      <dt>{texts.app}</dt>
      <dd dir="auto">{app.name}</dd>
      {app.mode && (
        <>
          <dt>{texts.mode}</dt>
          <dd>
            <code>{app.mode}</code>
          </dd>
        </>
      )}
      {app.description && (
        <>
          <dt>{texts.description}</dt>
          <dd dir="auto">{app.description}</dd>
        </>
      )}
    </dl>
  );
};

interface ReportProps {
  readonly reply: TestReply;
  readonly children: ComponentChildren;
}

/** Each check with what came back and what it means, and the app behind the integration. */
export const Report = ({ reply: { checks, app }, children }: ReportProps) => {
  const texts = testTexts.value;
  return (
    <div class="bots-report">
      <ul class="bots-checks">
        {checks.map(({ name, ok: isOk, detail }) => (
          <li key={name}>
            <Outcome isOk={isOk} /> <strong>{texts.checks[name]}</strong> <span dir="auto">{detail}</span>
          </li>
        ))}
      </ul>
      {app && <App app={app} />}
      {children}
    </div>
  );
};
