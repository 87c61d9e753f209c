import { expect, test, vi } from 'vitest';
import { followApiCalls } from '../../../../src/jobs/host-page/follow-calls.ts';
import type { EntryLike } from '../../../../src/host-page/page-entries.ts';

const ID = 'f'.repeat(64);

/** What a client and the engine say on a connection, as lines of the timeline. */
function followed() {
  const entries: EntryLike[] = [];
  const cross = followApiCalls(
    async () => 'web',
    (more) => entries.push(...more),
  );
  let time = 1000;
  const says = (what: 'client' | 'engine', text: string) => cross(what, 1, (time += 10), Buffer.from(text));
  cross('open', 1, time, Buffer.alloc(0));
  cross('peer', 1, time, Buffer.from('docker 7'));
  return { entries, says };
}

test('a call has a line when it has ended, with the name of the container, and without secrets', async () => {
  const { entries, says } = followed();
  says('client', `POST /v1.41/containers/${ID}/stop?t=3 HTTP/1.1\r\nHost: docker\r\nContent-Length: 0\r\n\r\n`);
  expect(entries).toEqual([]);
  says('engine', 'HTTP/1.1 204 No Content\r\n\r\n');
  await vi.waitFor(() => expect(entries).toHaveLength(1));
  says('client', 'GET /v1.41/images/search?term=x&password=hunter2 HTTP/1.1\r\nHost: docker\r\n\r\n');
  says('engine', 'HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n{}');
  await vi.waitFor(() => expect(entries).toHaveLength(2));
  expect(entries).toMatchObject([
    { kind: 'api', at: 1020, stream: '', container: undefined },
    { kind: 'api', stream: 'failed' },
  ]);
  expect(entries[0]!.text).toMatch(/^docker 7: .*stop.* web → 204 in 10 ms · POST \/containers\/f+\/stop\?t=3$/i);
  expect(entries[1]!.text).toMatch(/ → 404 in 10 ms · GET \/images\/search/);
  expect(entries[1]!.text).not.toContain('hunter2');
});

test('a call that stays open has a line after a second', async () => {
  vi.useFakeTimers();
  try {
    const { entries, says } = followed();
    says('client', 'GET /v1.41/events HTTP/1.1\r\nHost: docker\r\n\r\n');
    says('engine', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
    says('client', 'POST /v1.41/containers/x/stop HTTP/1.1\r\nHost: docker\r\nContent-Length: 0\r\n\r\n');
    await vi.advanceTimersByTimeAsync(900);
    expect(entries).toEqual([]);
    await vi.advanceTimersByTimeAsync(200);
    expect(entries.map(({ text }) => text)).toEqual([
      expect.stringMatching(/ → 200 open · GET \/events$/),
      expect.stringMatching(/ → no answer yet, open · POST \/containers\/x\/stop$/),
    ]);
  } finally {
    vi.useRealTimers();
  }
});
