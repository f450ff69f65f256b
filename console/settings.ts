/** Settings that the server compiles into the page. */
export interface PageSettings {
  readonly bridgeUrl: string;
  readonly botId: string;
  readonly userId: string;
}

declare const pageSettings: PageSettings;

export const settings = pageSettings;
