const dataUrl = /^data:([^,]*?)(;base64)?,(.*)$/is;

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));

/**
 * The content of a `data:` URL. Not read with `fetch`, which a page's `connect-src` may forbid.
 * @throws Error if it has none.
 */
export const blobOfDataUrl = (url: string): Blob => {
  const [, type = "", base64, content] = dataUrl.exec(url) ?? [];
  try {
    const text = decodeURIComponent(content ?? "%");
    return new Blob([base64 === undefined ? text : bytesOf(text)], { type });
  } catch (cause) {
    throw new Error(`file: must be a valid data URL, got "${url.slice(0, 40)}"`, { cause });
  }
};
