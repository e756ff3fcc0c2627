/** SHA-256 by the platform, which works it out beside this thread: a page stays responsive however long the bytes are. */
export const sha256Of = async (bytes: Uint8Array): Promise<Uint8Array> =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>));
