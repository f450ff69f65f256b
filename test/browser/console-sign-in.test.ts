import { beforeAll, expect, test } from "@jest/globals";
import type { Browser } from "puppeteer-core";
import { type DeployedConsole, startDeployedConsole } from "../support/deployed-console.ts";
import { eventually } from "../support/eventually.ts";
import { openConsole } from "./console-page.ts";
import { describeInBrowser, startBrowser } from "./in-browser.ts";

describeInBrowser("the console of a deployment, in a browser", () => {
  let deployed: DeployedConsole;
  let browser: Browser;

  beforeAll(async () => {
    deployed = await startDeployedConsole("localhost");
    browser = await startBrowser();
  }, 120_000);

  test("signs in at the provider, works below its path, and signs out", async () => {
    const { provider, apiUrl, log } = deployed;
    const url = `${apiUrl}/console`;
    const { page, faults, close } = await openConsole(browser, url, { hash: "#/bots" });
    expect(page.url()).toBe(`${url}/#/bots`);
    await page.locator(".menu summary").click();
    await page.waitForFunction(() => document.body.innerText.includes("Olivia"));
    await eventually(() => expect(log()).toContain('"path":"/v3/bot/query.json","bridgeStatus":200'));
    const cookies = await page.evaluate(() => document.cookie);
    expect(cookies).toBe("");

    // From here on the provider lets nobody in.
    provider.behaviour.denies = true;
    await Promise.all([
      page.waitForFunction(() => document.body.innerText.includes("did not let you in")),
      page.locator("::-p-text(Sign out)").click(),
    ]);
    expect(provider.requests).toContain("GET /sign-out");
    await page.goto(`${url}/`);
    await page.waitForFunction(() => document.body.innerText.includes("Not signed in"));
    expect(faults).toEqual([]);
    await close();
  }, 60_000);
});
