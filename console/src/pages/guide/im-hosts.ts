/** API hosts of RongCloud's data centres (docs/spec/rongcloud.md, section 10). */
export const imHosts = [
  { url: "https://api.rong-api.com", place: "beijing" },
  { url: "https://api.sg-light-api.com", place: "singapore" },
  { url: "https://api.sg-b-light-api.com", place: "singaporeB" },
  { url: "https://api.us-light-api.com", place: "northAmerica" },
  { url: "https://api.sau-light-api.com", place: "saudiArabia" },
] as const;

export type ImPlace = (typeof imHosts)[number]["place"];
