import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import sirv from 'sirv';

export interface Served {
  /** Ends in a slash. */
  readonly url: string;
  close(): Promise<void>;
}

/** What a browser on this machine calls it. */
const ownNames = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Serves a folder of static files on this machine as a plain host would: no special headers. It answers to its own names
 * alone: under another, a page from elsewhere that has its name lead here could read what only this machine should.
 * `subPath`, such as `/lab/one/`, puts the folder there and nothing elsewhere; `port` 0 takes a free one.
 */
export async function serve(root: string, subPath = '/', port = 0): Promise<Served> {
  const files = sirv(root, { etag: true });
  const prefix = `/${subPath}/`.replace(/\/+/g, '/');
  const server = createServer((request, response) => {
    const missing = (): void => {
      response.writeHead(404).end();
    };
    const { port: own } = server.address() as AddressInfo;
    if (!ownNames.some((name) => request.headers.host === `${name}:${own}`)) {
      response.writeHead(421, { 'Content-Type': 'text/plain' }).end(`This server answers at http://localhost:${own}${prefix} alone.\n`);
      return;
    }
    if (request.url?.startsWith(prefix) !== true) {
      missing();
      return;
    }
    request.url = request.url.slice(prefix.length - 1);
    files(request, response, missing);
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}${prefix}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}
