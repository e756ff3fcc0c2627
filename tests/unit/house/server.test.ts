/** The local server is for this machine's own browser. */
import { request } from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { serve, type Served } from '../../support/server.ts';

let served: Served;
let port = 0;
beforeAll(async () => {
  served = await serve('public', '/lab/');
  port = Number(new URL(served.url).port);
});
afterAll(() => served.close());

/** What is answered to a request that calls the server by this name. */
const answerTo = (host: string): Promise<{ status: number; text: string }> =>
  new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path: '/lab/robots.txt', headers: { host } }, (response) => {
      let text = '';
      response.on('data', (part: Buffer) => (text += part.toString()));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    })
      .once('error', reject)
      .end();
  });

it.each(['localhost', '127.0.0.1', '[::1]'])('it answers to %s', async (name) => {
  expect((await answerTo(`${name}:${port}`)).status).toBe(200);
});

it.each(['lab.example', 'lab.example:PORT', 'localhost.lab.example:PORT', 'localhost', 'localhost:1', '192.168.0.1:PORT'])(
  'it answers to %j with its own address, and nothing of its files',
  async (host) => {
    const { status, text } = await answerTo(host.replace('PORT', String(port)));
    expect(status).toBe(421);
    expect(text).toBe(`This server answers at ${served.url} alone.\n`);
  },
);
