import { expect, test } from 'vitest';
import { bundleFiles } from '../../../../src/evidence/bundle/bundle-files.ts';
import { type BundleParts, missingIn } from '../../../../src/evidence/bundle/bundle-parts.ts';
import { type Item, FORMAT, SECTION_NAMES, type Sections } from '../../../../src/evidence/container-evidence.ts';
import { known, unknown } from '../../../../src/why/fact.ts';

const EVIL = `<script>alert(1)</script>"'&\u001b[2J\u202e`;
const sections = (items: readonly Item[]) =>
  Object.fromEntries(SECTION_NAMES.map((name) => [name, known(items)])) as unknown as Sections;

function parts(over: Partial<BundleParts> = {}): BundleParts {
  const item = { name: EVIL, value: EVIL, mark: 'secret mark' };
  const finding = {
    id: 'x',
    layer: EVIL,
    severity: 'broken' as const,
    sentence: EVIL,
    evidence: [{ seen: EVIL, command: EVIL }],
    next: [{ what: EVIL, command: EVIL }],
  };
  return {
    evidence: {
      format: FORMAT,
      version: 1,
      dbg: '0.1.0',
      time: EVIL,
      container: EVIL,
      id: EVIL,
      sections: sections([item]),
    },
    verdict: known({
      broken: true,
      answer: finding,
      follows: [finding],
      others: [],
      layers: [{ layer: EVIL, state: 'broken', unknown: [EVIL] }],
    }),
    logs: known([EVIL]),
    events: known([{ action: EVIL, time: 0, exitCode: EVIL, signal: EVIL }]),
    capture: undefined,
    ...over,
  };
}

const textOf = (name: string, of: BundleParts) =>
  bundleFiles('f', of)
    .find((each) => each.name === `f/${name}`)
    ?.bytes.toString('utf8');

test('the page has no script, loads nothing, and shows all that was seen as text', () => {
  const page = textOf('index.html', parts())!;
  expect(page).not.toContain('<script');
  expect(page).not.toContain('\u001b');
  expect(page).not.toContain('\u202e');
  expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;\\e[2J\\u202e');
  expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
  // No element beyond those of the template, whatever the data.
  const tags = new Set([...page.matchAll(/<([a-z]\w*)/g)].map(([, tag]) => tag));
  expect([...tags].filter((tag) => /script|img|iframe|link|object|form|svg/.test(tag!))).toEqual([]);
  expect(page).not.toMatch(/https?:|src=|url\(/);
});

test('the evidence comes first, without marks', () => {
  const names = bundleFiles('f', parts({ capture: known(Buffer.from('pcap')) })).map(({ name }) => name);
  expect(names).toEqual(
    ['evidence.json', 'why.json', 'logs.txt', 'events.json', 'capture.pcapng', 'index.html'].map((name) => `f/${name}`),
  );
  const json = textOf('evidence.json', parts())!;
  expect(json).not.toContain('secret mark');
  expect(JSON.parse(json)).toMatchObject({ format: FORMAT, sections: { state: { known: true } } });
});

test('what could not be had is named, and has no file', () => {
  const its = parts({ logs: unknown('no logs'), capture: unknown('it does not run') });
  expect(missingIn(its)).toEqual([
    { what: 'logs', why: 'no logs' },
    { what: 'capture', why: 'it does not run' },
  ]);
  expect(textOf('logs.txt', its)).toBeUndefined();
  expect(textOf('index.html', its)).toContain('<td>capture</td><td>it does not run</td>');
});

test('a long log is cut on the page, and whole in its file', () => {
  const its = parts({ logs: known(Array.from({ length: 500 }, (_, at) => `line ${at}.`)) });
  expect(textOf('index.html', its)).not.toContain('line 299.');
  expect(textOf('index.html', its)).toContain('line 300.');
  expect(textOf('logs.txt', its)).toContain('line 0.\n');
});
