import { join } from 'node:path';
import { expect } from 'vitest';
import { capturing, fields, flood, readByAll } from './support/capture.ts';
import { processes, sleep } from './support/dbg.ts';
import { test } from './support/lab.ts';

/** The tcpdumps of a capture, by a port in its filter that no other has. */
const taps = (port: string) =>
  processes().filter(({ command }) => command.startsWith('tcpdump ') && command.includes(port));

test.for([
  ['a pcapng of three', 3, [], 'x.pcapng', '4721'],
  ['one interface, a pcap', 1, ['-i', 'eth0'], 'x.pcap', '4722'],
] as const)(
  'Ctrl-C in a flood, on a machine where tcpdump gets no turn: %s',
  async ([, count, more, name, port], { lab }) => {
    const network = await lab.network('n');
    const sink = await lab.address(await lab.run('sink', { options: ['--network', network] }));
    const suffixes = ['a', 'b', 'c'].slice(0, count);
    const names = await Promise.all(suffixes.map((suffix) => lab.run(suffix, { options: ['--network', network] })));
    const file = join(lab.folder, name);
    const { running } = await capturing([
      names.join(','),
      ...more,
      '-w',
      file,
      'udp',
      'port',
      port,
      'and',
      'greater',
      '50',
    ]);
    const senders = await Promise.all(names.map((each) => flood(lab, each, sink, Number(port))));
    await sleep(1_000);
    const stopped = taps(port).map(({ pid }) => pid);
    expect(stopped.length).toBeGreaterThanOrEqual(count);
    for (const pid of stopped) process.kill(pid, 'SIGSTOP');
    await sleep(300);
    const sent = await Promise.all(senders.map((sender) => sender.sent()));
    running.kill('SIGINT');
    await sleep(700);
    for (const pid of stopped) process.kill(pid, 'SIGCONT');
    const { exitCode, stderr } = await running;
    for (const sender of senders) await sender.end();
    expect(exitCode).toBe(0);

    const rows = await fields(file, ['frame.interface_name', 'udp.srcport', 'data.data']);
    const missing = senders.map(({ port: from }, at) => {
      const its = rows.filter(([, source]) => source === String(from));
      const seen = new Set(its.map(([, , data]) => parseInt(data!.slice(0, 8), 16)));
      return Array.from({ length: sent[at]! }, (_, number) => number).filter((number) => !seen.has(number)).length;
    });
    expect(missing, String(stderr)).toEqual(names.map(() => 0));
    expect(String(stderr)).not.toContain('MISSING');
    // It goes on without end: what came later than the Ctrl-C is left out, which is said.
    expect(String(stderr)).toMatch(/in \S+; [\d,]+ packets? that came while the capture ended (is|are) left out$/m);
    await readByAll(file, rows.length);
  },
);
