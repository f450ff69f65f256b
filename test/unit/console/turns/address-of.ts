/** The parameters of an address as the page's links have them: without those that are undefined or empty. */
export const addressOf = (parameters: Readonly<Record<string, string | undefined>>): URLSearchParams => {
  const address = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value) address.set(name, value);
  return address;
};
