import { writeFile } from 'node:fs/promises';
import { execa } from 'execa';
import type { Lab } from '../support/lab.ts';
import { clinic } from './clinic.ts';
import { MEBIBYTE, PERL, POWERFUL, ready, waited } from './readied.ts';

const odd = (title: string, options: readonly string[], command?: readonly string[], image?: string) => ({
  title,
  make: async (lab: Lab) => [await lab.run('web', { options, ...(command && { command }), ...(image && { image }) })],
});

clinic(
  'means',
  [],
  [
    {
      title: 'idle at its limit of memory, by file cache alone',
      make: async (lab) => {
        await writeFile(`${lab.folder}/large`, Buffer.alloc(64 * MEBIBYTE));
        const script =
          'cat /data/large >/dev/null; cat /data/large >/dev/null; dd if=/dev/zero of=/x bs=1M count=40; echo ready; exec sleep 3600';
        return [await ready(lab, script, ['--memory', '32m', '--memory-swap', '32m', '-v', `${lab.folder}:/data`])];
      },
    },
    {
      title: 'both CPUs busy on purpose',
      make: async (lab) => [await ready(lab, 'echo ready; while :; do :; done & while :; do :; done')],
    },
    odd('read-only', ['--read-only']),
    odd('a tmpfs that is empty', ['--tmpfs', '/data:size=64k']),
    odd('a user namespace of its own inside', POWERFUL, ['unshare', '-U', '-r', 'sleep', '3600']),
    odd('nearly all privileges', POWERFUL),
    odd('network of the host', ['--network', 'host']),
    odd('processes of the host', ['--pid', 'host']),
    odd('distroless', [], ['/bin/sleep', '3600'], 'distroless'),
    odd('swap without a limit', ['--memory', '64m', '--memory-swap', '-1']),
    odd('as many processes as it may have, on purpose', ['--pids-limit', '1']),
    odd('no capability and no new ones', ['--cap-drop', 'ALL', '--security-opt', 'no-new-privileges']),
    odd('its children are waited for', ['--init'], ['sh', '-c', '(true &); (sleep 0 &); exec sleep 3600']),
    odd('a user of its own with a tmpfs', ['--user', '1000', '--tmpfs', '/data:uid=1000']),
    {
      title: 'a volume that is only read, and said so',
      make: async (lab) => [await lab.run('web', { options: ['--user', '1000', '-v', `${lab.folder}:/data:ro`] })],
    },
    {
      title: 'a folder of the host that anybody may write to, and a file',
      make: async (lab) => {
        await execa('chmod', ['1777', lab.folder]);
        await writeFile(`${lab.folder}/file`, '', { mode: 0o666 });
        await execa('chmod', ['666', `${lab.folder}/file`]);
        const options = ['--user', '1000', '-v', `${lab.folder}:/data`, '-v', `${lab.folder}/file:/etc/app.conf`];
        return [await lab.run('web', { options })];
      },
    },
    {
      title: 'waits for its threads, which sleep',
      make: async (lab) => {
        const script = '$| = 1; my $t = async { sleep 3600 }; print "ready\n"; $t->join';
        return [await waited(lab, { options: PERL, command: ['perl', '-Mthreads', '-e', script] })];
      },
    },
  ],
);
