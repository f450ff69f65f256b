/** What the server that bundles the page knows. */
export interface PageSettings {
  readonly bridgeUrl: string;
  readonly botId: string;
  readonly userId: string;
}

declare const pageSettings: PageSettings;

export const settings = pageSettings;
