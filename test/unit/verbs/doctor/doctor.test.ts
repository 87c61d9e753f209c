import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { run } from '../../../../src/cli/run.ts';
import { DbgError } from '../../../../src/errors.ts';
import { doctorRecord, doctorText } from '../../../../src/verbs/doctor/doctor-text.ts';
import { DOCTOR_PARTS } from '../../../../src/why/doctor/doctor-parts.ts';
import { fakeContext, fakeHost } from '../../fakes.ts';
import { examined, tools, WELL } from '../../why/doctor/doctor-fixtures.ts';

test('docs/doctor.md lists every part, in the order of the table', () => {
  const page = readFileSync('docs/doctor.md', 'utf8');
  const [, list] = /<!-- parts -->\n\n([^]*?)\n<!-- end of parts -->/.exec(page) ?? [];
  expect(list).toBe(DOCTOR_PARTS.map(({ id, about }) => `- \`${id}\`: ${about}\n`).join(''));
});

test('each part has an id of its own', () => {
  const ids = DOCTOR_PARTS.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
});

test('a well host is one sentence and a table', () => {
  const lines = doctorText(examined(), {}).split('\n');
  expect(lines.slice(0, 4)).toEqual([
    'dbg works on this host',
    '',
    expect.stringMatching(/^ {2}PART {2,}AS IT IS {2,}FOR$/),
    expect.stringMatching(/^✓ engine\.answers {2,}Docker 20\.10\.24, API 1\.41, at unix.* {2,}all verbs that take/),
  ]);
  expect(lines.filter((line) => line.startsWith('✓')).length).toBe(DOCTOR_PARTS.length);
});

test('what is broken comes first, then suspects, then notes, each with what mends it', () => {
  const missing = { found: { kind: 'missing', path: '' }, said: undefined } as const;
  const parts = examined({
    tools: tools({ tcpflow: missing, nsenter: missing }),
    guards: [{ pid: 9, kind: 'cut guard', isStopped: true }],
  });
  expect(doctorText(parts, {})).toMatch(
    `dbg does not work on this host

✗ this host has no program "nsenter", which is for all verbs that enter a container
  seen:  not on the PATH    (command -v nsenter)
  install it:  sudo apt install util-linux

! the cut guard 9 of dbg was stopped, and does not do what it is there for
  seen:  state T    (ps -o pid,stat,args -p 9)
  let it go on:  sudo kill -CONT 9

- this host has no program "tcpflow", which is for dbg tcpflow
  install it:  sudo apt install tcpflow

  PART`,
  );
});

test('a name that is made for the terminal, and a narrow one', () => {
  const processes = { kind: 'here', container: 'x\u001b]0;owned\u0007', pid: 7 } as const;
  const text = doctorText(examined({ processes }), { width: 80 });
  expect(text).toContain('"x\\e]0;owned\\u0007" is process 7');
  expect(text).not.toContain('\u001b');
  expect(text).not.toContain('FOR');
});

test('the keys of --json', () => {
  const record = doctorRecord(examined({ sudo: undefined, rights: { ...WELL.rights, isRoot: false, uid: 7 } }));
  expect(record.broken).toBe(true);
  expect(record.parts.find(({ id }) => id === 'rights.root')).toEqual({
    id: 'rights.root',
    layer: 'rights',
    state: 'broken',
    seen: 'user 7',
    unknown: null,
    needed_by: 'all verbs that enter a container',
    findings: [
      {
        severity: 'broken',
        sentence: 'dbg is not root, and there is no sudo on this host',
        evidence: [{ seen: 'user 7', command: 'id' }],
        next: [{ what: 'as root', command: "su -c 'dbg …'" }],
      },
    ],
  });
});

const ENGINE_GONE = async () => {
  throw new DbgError('no engine answers at unix:///var/run/docker.sock (no such socket)');
};

test('the verb: exit codes, without an engine, without root', async () => {
  const host = fakeHost({ isRoot: false, missing: ['tcpflow'] });
  const ctx = fakeContext({ args: ['doctor', '--json'], host, engine: ENGINE_GONE });
  expect(await run(ctx)).toBe(1);
  const { broken, parts } = JSON.parse(ctx.printed.out) as ReturnType<typeof doctorRecord>;
  const state = (id: string) => parts.find((each) => each.id === id)?.state;
  expect([broken, state('engine.answers'), state('left.cuts'), state('tools.tcpflow'), state('rights.root')]).toEqual([
    true,
    'broken',
    'open',
    'note',
    'note',
  ]);
  expect([ctx.printed.err, ctx.host.ran]).toEqual(['', []]);
  const other = fakeContext({ args: ['doctor', 'web'] });
  expect(await run(other)).toBe(2);
});
