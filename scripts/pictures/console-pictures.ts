import type { Browser, Page } from "puppeteer-core";
import { signCall } from "#adapters/rongcloud/sign-call.ts";
import { readSettings } from "../../local/settings.ts";
import { findBrowser } from "../../test/browser/find-browser.ts";
import { launchBrowser } from "../../test/browser/launch-browser.ts";

const themes = ["light", "dark"] as const;
const viewport = { width: 1280, height: 760 };

const answer = `Berlin will be **mild and dry** until Wednesday:

| day | °C | rain |
|---|---:|---|
| Monday | 21 | no |
| Tuesday | 19 | no |
| Wednesday | 17 | in the evening |

The mean of the three is $\\frac{21+19+17}{3} = 19$.`;

export interface PicturedRun {
  readonly url: string;
  readonly consoleUrl: string;
  readonly difySimulatorUrl: string | undefined;
}

const call = async (url: string, path: string, body: string | URLSearchParams): Promise<void> => {
  const { appKey, appSecret: secret } = readSettings({});
  const { ok, status } = await fetch(`${url}${path}`, {
    method: "POST",
    headers: {
      ...signCall({ appKey, secret }, Date.now()),
      ...(typeof body === "string" && { "content-type": "application/json" }),
    },
    body,
  });
  if (!ok) throw new Error(`${path} answered ${status}`);
};

/** Bots that answer, and some that fail, so that every page has something to show. */
const prepare = async ({ url, difySimulatorUrl }: PicturedRun): Promise<void> => {
  await fetch(`${difySimulatorUrl}/_simulator/apps/app-weather`, {
    method: "PUT",
    body: JSON.stringify({
      reply: { kind: "text", text: answer },
      paceMs: 5,
      suggested: ["And in Hamburg?", "Do I need an umbrella?"],
    }),
  });
  const chatflow = (apiKey: string) => ({
    type: "dify_chatflow",
    callbackUrl: "https://api.dify.ai/v1",
    auth: { apiKey },
  });
  const bots: readonly (readonly [userId: string, name: string, integration: object])[] = [
    ["bot-weather", "Weather", chatflow("app-weather")],
    ["bot-fails", "Fails", chatflow("app-replay-1.16.1-cf-fail500")],
    ["bot-webhook", "Webhook", { type: "webhook", callbackUrl: `${url}/v3/bot/get.json` }],
  ];
  for (const [userId, name, integration] of bots) {
    const bot = { userId, name, type: "assistant", profileUrl: "https://example.com/bot.png" };
    await call(url, "/v3/bot/create.json", JSON.stringify({ ...bot, integrations: [integration] }));
    for (const fromUserId of ["user-001", "user-002"]) {
      const content = JSON.stringify({ content: "How is the weather?" });
      const message = { fromUserId, toUserId: userId, objectName: "RC:TxtMsg", content };
      await call(url, "/message/private/publish.json", new URLSearchParams(message));
    }
  }
};

const press = (page: Page, name: string): Promise<void> =>
  page.locator(`::-p-aria([name="${name}"][role="button"])`).click();

const say = async (page: Page, pane: string, text: string): Promise<void> => {
  await page.locator(`${pane} .chat-composer textarea`).click();
  await page.keyboard.type(text);
  await page.keyboard.press("Enter");
};

type Picture = readonly [name: string, hash: string, act?: (page: Page) => Promise<unknown>];

const pictures: readonly Picture[] = [
  [
    "chat",
    "#/chat?bot=bot-weather",
    async (page) => {
      await press(page, "Show the IM");
      await say(page, "[aria-label=IM]", "And in one sentence?");
      await say(page, ".chat-pane:first-child", "How is the weather in Berlin?");
      await page.waitForSelector(".chat-suggestions button");
    },
  ],
  ["bots", "#/bots"],
  ["bot", "#/bots/bot-weather", (page) => press(page, "Test Dify chatflow")],
  ["turns", "#/turns"],
  ["turn", "#/turns?outcome=failed", (page) => page.locator('table ::-p-aria([role="link"])').click()],
  ["usage", "#/turns?view=usage"],
  [
    "dead-letters",
    "#/turns?view=dead",
    (page) => page.locator('::-p-aria([name="Select all"][role="checkbox"])').wait(),
  ],
  ["guide", "#/guide/create-bot"],
];

const take = async (
  browser: Browser,
  consoleUrl: string,
  [, hash, act]: Picture,
  theme: (typeof themes)[number],
): Promise<Uint8Array> => {
  const context = await browser.createBrowserContext();
  try {
    const page = await context.newPage();
    await page.setViewport(viewport);
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: theme }]);
    await page.goto(`${consoleUrl}/${hash}`);
    await act?.(page);
    await page.waitForNetworkIdle({ idleTime: 1_000, concurrency: 2 });
    return await page.screenshot({ type: "png" });
  } finally {
    await context.close();
  }
};

/** Takes pictures of every page in both themes. `save` gets a name such as `bots-dark`. @throws Error if no browser is found. */
export const takeConsolePictures = async (
  run: PicturedRun,
  save: (name: string, png: Uint8Array) => void,
): Promise<void> => {
  const found = findBrowser();
  if (!found) throw new Error("no browser is found; CHROME_PATH may name one");
  await prepare(run);
  const browser = await launchBrowser(found);
  try {
    for (const theme of themes)
      for (const picture of pictures)
        save(`${picture[0]}-${theme}`, await take(browser, run.consoleUrl, picture, theme));
  } finally {
    await browser.close();
  }
};
