import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { servePage, type Page } from '../../../../src/api/page/server.ts';
import { names } from '../../../../src/api/wire/calls/container-names.ts';
import { readExchange } from '../../../../src/api/wire/http/exchange.ts';

let page: Page;
afterEach(async () => page.close());

/** Serves calls whose answers are long. */
async function served(calls: number, bytes: number): Promise<Page> {
  page = await servePage({
    folder: 'src/api/page/assets',
    port: 0,
    clock: () => 0,
    names: names(),
    title: 'a',
    source: { engine: 'unix:///e.sock' },
  });
  let call = 0;
  const exchange = readExchange(
    () => ++call,
    (event) => page.onEvent({ ...event, connection: 1, time: 0 }),
  );
  page.onEvent({ type: 'open', connection: 1, time: 0 });
  for (let made = 0; made < calls; made++) {
    exchange.client(Buffer.from('GET /a HTTP/1.1\r\n\r\n'));
    exchange.engine(Buffer.from(`HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${bytes}\r\n\r\n`));
    exchange.engine(Buffer.alloc(bytes, 'a'));
  }
  return page;
}

/** What a slow reader gets: each piece is taken when the next turn comes. */
async function readSlowly(path: string): Promise<number> {
  const { origin, searchParams } = new URL(page.url);
  const headers = { Authorization: `Bearer ${searchParams.get('token')}` };
  const [response] = (await once(get(`${origin}${path}`, { headers }), 'response')) as [IncomingMessage];
  expect(response.statusCode).toBe(200);
  let bytes = 0;
  for await (const piece of response as AsyncIterable<Buffer>) {
    bytes += piece.length;
    await new Promise((done) => setTimeout(done, 1));
  }
  return bytes;
}

test.each(['har', 'recording'])('a large %s is saved without a warning on stderr', async (as) => {
  const warnings: string[] = [];
  const warned = ({ name }: Error) => name.startsWith('MaxListeners') && warnings.push(name);
  process.on('warning', warned);
  await served(40, 200_000);
  expect(await readSlowly(`/save/${as}?calls=1-40`)).toBeGreaterThan(40 * 200_000);
  process.off('warning', warned);
  expect(warnings).toEqual([]);
});
