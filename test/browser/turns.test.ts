import { beforeAll, expect, test } from "@jest/globals";
import { type AppServerSimulator, startAppServerSimulator } from "../../local/app-server/server.ts";
import { closeAfterAll } from "../support/close-after.ts";
import { eventually } from "../support/eventually.ts";
import { callApi, createBotAt, localApp, textMessage } from "../support/signed-call.ts";
import { fillIn, press } from "./console-page.ts";
import { type ConsoleRun, startConsoleRun, usePages } from "./console-run.ts";
import { describeInBrowser } from "./in-browser.ts";

describeInBrowser("the console's turns, at a local run,", () => {
  let run: ConsoleRun;
  let appServer: AppServerSimulator;
  const open = usePages(() => run);

  const tell = async (userId: string, botId: string): Promise<void> => {
    const message = textMessage(userId, botId, "Hello");
    const sent = await callApi(run.bridge.url, "/message/private/publish.json", message);
    expect(sent).toMatchObject({ status: 200 });
  };

  beforeAll(async () => {
    const { promise: bridgeUrl, resolve } = Promise.withResolvers<string>();
    const app = { appKey: localApp.appKey, appSecret: localApp.secret };
    appServer = closeAfterAll(await startAppServerSimulator({ ...app, bridgeUrl }));
    run = await startConsoleRun();
    resolve(run.bridge.url);
    appServer.behave({ path: "/refuses", status: 403, times: 1 });
    await createBotAt(run.bridge.url, "bot-fails", {
      type: "dify_chatflow",
      callbackUrl: "https://api.dify.ai/v1",
      auth: { apiKey: "app-replay-1.16.1-cf-fail500" },
    });
    await createBotAt(run.bridge.url, "bot-refused", {
      type: "webhook",
      callbackUrl: `${appServer.url}/refuses`,
    });
  }, 60_000);

  test("lists a turn as soon as it happens", async () => {
    const { page, shows } = await open({ hash: "#/turns" });
    await tell("user-live", "bot-demo");
    await shows("user-live");
    await fillIn(page, "User", "user-nobody");
    await page.waitForFunction(() => !document.querySelector("table")?.textContent?.includes("user-live"));
  });

  test("shows the story of a failed turn: what happened when, what its code means, what to do", async () => {
    await tell("user-story", "bot-fails");
    const { page, shows } = await open({ hash: "#/turns?user=user-story" });
    await page.locator("table ::-p-text(Failed)").wait();
    await page.locator('table ::-p-aria([role="link"])').click();
    await shows("Timeline");
    await shows("What to do");
    await shows("docs/troubleshooting.md");
  });

  test("redrives a dead letter, whose webhook then arrives", async () => {
    await tell("user-dead", "bot-refused");
    await eventually(async () => {
      const { body } = await callApi(run.bridge.url, "/v3/job/dead/query.json", {});
      expect(body).toMatchObject({ deadLetters: [{ userId: "bot-refused" }] });
    });
    const { page, shows } = await open({ hash: "#/turns?view=dead" });
    await shows("bot-refused");
    const received = appServer.received().length;
    await page.locator('::-p-aria([name="Select all"][role="checkbox"])').click();
    await press(page, "Redrive 1");
    await page.locator('dialog ::-p-aria([name="Redrive"][role="button"])').click();
    await page.waitForSelector("[aria-labelledby=turns-redriven]");
    await eventually(() => expect(appServer.received()).toHaveLength(received + 1));
  }, 60_000);

  test("counts turns by day, as a chart and as numbers", async () => {
    await tell("user-counted", "bot-demo");
    const { page, shows } = await open({ hash: "#/turns?view=usage" });
    await shows("Download CSV");
    await page.waitForSelector("canvas");
    await page.waitForSelector("table");
  });
});
