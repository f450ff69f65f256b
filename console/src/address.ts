export const pageNames = ["chat", "bots", "turns", "guide"] as const;
export type PageName = (typeof pageNames)[number];

/** What the address shows: `#/bots/bot-001?type=webhook` is a page, an optional id and optional parameters. */
export interface Route {
  readonly page: PageName;
  readonly id: string | undefined;
  readonly query: URLSearchParams;
}

const decode = (part: string): string => {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
};

/** An unknown page is the first one. */
export const parseAddress = (hash: string): Route => {
  const [, path = "", query = ""] = /^#?\/?([^?]*)\??(.*)$/s.exec(hash) ?? [];
  const [name, id = ""] = path.split("/").map(decode);
  return {
    page: pageNames.find((known) => known === name) ?? "chat",
    id: id === "" ? undefined : id,
    query: new URLSearchParams(query),
  };
};

/** The address of a page, for links. Undefined parameters are left out. */
export const hrefOf = (
  page: PageName,
  id?: string,
  query: Readonly<Record<string, string | undefined>> = {},
): string => {
  const given = Object.entries(query).flatMap(([name, value]): [string, string][] =>
    value === undefined || value === "" ? [] : [[name, value]],
  );
  const parameters = new URLSearchParams(given).toString();
  return `#/${page}${id === undefined ? "" : `/${encodeURIComponent(id)}`}${parameters && `?${parameters}`}`;
};
