/** Hands a text to the browser as a file to keep. */
export const download = (fileName: string, text: string, type = 'application/json'): void =>
  downloadBlob(fileName, new Blob([text], { type }));

/** Hands data to the browser as a file to keep. */
export function downloadBlob(fileName: string, blob: Blob): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = fileName.replace(/[\\/:*?"<>|]+/g, '-');
  link.click();
  // The download has its own hold on the data once it has begun.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
