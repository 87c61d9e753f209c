import { PassThrough } from 'node:stream';
import { expect, test, vi } from 'vitest';
import { refusedCallsOf } from '../../../../src/jobs/why/trace-probe.ts';
import { subjectOfPid } from '../../../../src/process/subject.ts';
import { fakeHost, ID } from '../../fakes.ts';

const STAT = `1234 (sleep) S 1 ${Array.from({ length: 17 }, () => '0').join(' ')} 4242 0`;
const status = (more: string) => `Uid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\nCapEff:\t0000000000200000\n${more}`;

/** A host on which strace prints this, once it is told to end. */
function hostWith(said: string, { report = 'entered', more = '' } = {}) {
  const signals: string[] = [];
  const argvs: (readonly string[])[] = [];
  const files = {
    '/proc/1234/cgroup': `0::/docker/${ID}\n`,
    '/proc/1234/stat': STAT,
    '/proc/1234/status': status(more),
    '/proc/1234/cmdline': 'sleep\0',
    '/proc/uptime': '100.0 1.0',
  };
  const stream = async (argv: readonly string[]) => {
    argvs.push(argv);
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    let end: (ended: { exitCode: number; report: string }) => void = () => undefined;
    const ended = new Promise<{ exitCode: number; report: string }>((resolve) => (end = resolve));
    const signal = (name: string) => {
      signals.push(name);
      stderr.end(said);
      stderr.on('end', () => end({ exitCode: 130, report }));
    };
    return { stdout, stderr, ended, signal };
  };
  return { ...fakeHost({ files }), stream, signals, argvs };
}

const REFUSED = 'mount("none", "/mnt", "tmpfs", 0, NULL) = -1 EPERM (Operation not permitted)\n';
const trace = async (host: ReturnType<typeof hostWith>, onBegin = vi.fn<(name: string, processes: number) => void>()) =>
  refusedCallsOf(host, subjectOfPid(host, 1234), { forMs: 5, onBegin });

test('strace is attached to each process, ended after the time, and read', async () => {
  const host = hostWith(REFUSED);
  const onBegin = vi.fn<(name: string, processes: number) => void>();
  expect(await trace(host, onBegin)).toMatchObject([
    { error: 'EPERM', capability: 21, times: 1, isHeld: true, forMs: 5 },
  ]);
  expect(host.signals).toEqual(['SIGINT']);
  expect(onBegin.mock.calls).toEqual([[ID.slice(0, 12), 1]]);
  expect(host.argvs[0]).toEqual(expect.arrayContaining(['dbg-strace', ID, '1', '1234', '4242', 'strace', '-f', '-Z']));
});

test.each([
  [
    'strace may not',
    hostWith('strace: attach: ptrace(PTRACE_SEIZE, 1234): Operation not permitted\n'),
    'not permitted',
  ],
  ['an old strace', hostWith("strace: invalid option -- 'Z'\n"), 'could not be traced: strace: invalid option'],
  ['it has ended', hostWith('', { report: 'gone' }), 'ended just now'],
  ['it is traced already', hostWith('', { more: 'TracerPid:\t99\n' }), 'is traced already, by process 99'],
])('%s', async (_, host, message) => {
  await expect(trace(host)).rejects.toThrow(message);
});
