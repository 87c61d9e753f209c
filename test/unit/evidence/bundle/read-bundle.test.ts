import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { evidenceIn, parseEvidence } from '../../../../src/evidence/bundle/read-bundle.ts';
import { tarOf } from '../../../../src/evidence/bundle/write-tar.ts';

const EVIDENCE = {
  format: 'dbg evidence',
  version: 1,
  dbg: '0.1.0',
  time: '2026-01-01T00:00:00.000Z',
  container: 'web',
  id: 'c0ffee',
  sections: {
    state: { known: true, value: [{ name: 'status', value: 'running' }] },
    routes: { known: false, why: 'x' },
  },
};
const archive = (name: string, content: string | Buffer) => tarOf([{ name, bytes: Buffer.from(content) }], 0);
const packed = (value: unknown, name = 'dbg-web/evidence.json') => gzipSync(archive(name, JSON.stringify(value)));

test('the evidence of a bundle', async () => {
  const { container, sections } = await evidenceIn('a.tar.gz', packed(EVIDENCE));
  expect(container).toBe('web');
  expect(sections.state).toEqual({ known: true, value: [{ name: 'status', value: 'running' }] });
  expect(sections.routes).toEqual({ known: false, why: 'x' });
  expect(sections.dns).toEqual({ known: false, why: 'the bundle has no such section' });
});

test('what follows the evidence is not needed, nor its end', async () => {
  const bytes = Buffer.concat([
    archive('evidence.json', JSON.stringify(EVIDENCE)).subarray(0, -1024),
    archive('capture.pcapng', Buffer.from(Array.from({ length: 100_000 }, (_, at) => (at * 7919) % 251))),
  ]);
  const whole = gzipSync(bytes);
  expect((await evidenceIn('a.tar.gz', whole)).container).toBe('web');
  expect((await evidenceIn('a.tar.gz', whole.subarray(0, whole.length - 400))).container).toBe('web');
});

test('a bomb is not unpacked', async () => {
  const bomb = gzipSync(archive('x', Buffer.alloc(40 << 20)));
  expect(bomb.length).toBeLessThan(1 << 20);
  await expect(evidenceIn('a.tar.gz', bomb)).rejects.toThrow('no evidence.json in its first 32 MiB');
});

test.each<readonly [string, Buffer, string]>([
  ['no gzip', Buffer.from('hello'), 'cannot be unpacked'],
  ['an empty file', Buffer.alloc(0), 'cannot be unpacked'],
  ['no archive', gzipSync('x'.repeat(2000)), 'is no archive'],
  ['no evidence', packed(EVIDENCE, 'other.json'), 'is no archive'],
  ['evidence two folders deep', packed(EVIDENCE, 'a/b/evidence.json'), 'is no archive'],
  ['no JSON', gzipSync(archive('evidence.json', '{')), 'cannot be read'],
  ['deep JSON', gzipSync(archive('evidence.json', '['.repeat(100_000))), 'cannot be read'],
  ['another format', packed({ ...EVIDENCE, format: 'x' }), 'is not what this version'],
  ['another version', packed({ ...EVIDENCE, version: 2 }), 'is not what this version'],
])('%s', async (_, bytes, why) => {
  await expect(evidenceIn('a.tar.gz', bytes)).rejects.toThrow(why);
});

test('fields of another type count as missing', () => {
  const sections = {
    state: {
      known: true,
      value: [{ name: 1, value: 'x' }, { name: 'a', value: 'b', nature: 'evil', mark: 'm' }, null],
    },
    limits: { known: true, value: 'x' },
    rights: 'x',
    constructor: { known: true, value: [] },
  };
  const parsed = parseEvidence({ ...EVIDENCE, sections });
  expect(parsed?.sections.state).toEqual({ known: true, value: [{ name: 'a', value: 'b' }] });
  expect(parsed?.sections.limits.known).toBe(false);
  expect(parsed?.sections.rights.known).toBe(false);
  expect(parseEvidence(null)).toBeUndefined();
  expect(parseEvidence({ ...EVIDENCE, container: 7 })).toBeUndefined();
});
