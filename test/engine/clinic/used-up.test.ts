import { truncate } from 'node:fs/promises';
import { execa } from 'execa';
import { clinic, type Fault } from './clinic.ts';
import { MEBIBYTE, ready, childrenAre } from './readied.ts';

const suspect = 'suspect';

const USED_UP: Fault[] = [
  {
    title: 'fork fails: it has as many processes as it may',
    first: 'resources.pids',
    says: /5 of at most 5 processes/,
    make: async (lab) => {
      const script = 'sleep 3600 & sleep 3600 & sleep 3600 & sleep 3600 & echo ready; wait';
      const web = await ready(lab, script, ['--pids-limit', '5']);
      await execa('docker', ['exec', web, 'sh', '-c', 'sleep 1 & wait'], { reject: false });
      return [web];
    },
  },
  {
    title: 'fork has failed: it had as many processes as it may',
    first: 'resources.pids',
    severity: suspect,
    says: /limit of 6 processes and threads before: .* failed/,
    make: async (lab) => {
      const script =
        '(for n in 1 2 3 4 5 6 7; do sleep 2 & done); while [ $(ls -d /proc/[0-9]* | wc -l) -gt 3 ]; do :; done; echo ready; exec sleep 3600';
      return [await ready(lab, script, ['--init', '--pids-limit', '6'])];
    },
  },
  {
    title: 'too many open files',
    first: 'resources.open-files',
    says: /\(sleep\) of .* has 10 of at most 10 files open/,
    make: async (lab) => {
      const opened = [3, 4, 5, 6, 7, 8, 9].map((number) => `${number}</dev/null`).join(' ');
      return [await ready(lab, `ulimit -n 10; exec ${opened}; echo ready; exec sleep 3600`)];
    },
  },
  {
    title: 'no space left on device: a tmpfs of its own is full',
    first: 'resources.space',
    says: /no space is left on "\/data" .* 1MiB/,
    make: async (lab) => [
      await ready(lab, 'dd if=/dev/zero of=/data/x bs=4k; echo ready; exec sleep 3600', ['--tmpfs', '/data:size=1m']),
    ],
  },
  {
    title: 'no space left on device: a named volume is at the size that it was made with',
    first: 'resources.space',
    says: /no space is left on "\/data" .* all 1MiB .* the quota of volume .*-data \(size=1m\)/,
    make: async (lab) => {
      const volume = lab.name('data');
      const options = ['type=tmpfs', 'device=tmpfs', 'o=mode=0700,size=1m'].flatMap((each) => ['--opt', each]);
      await lab.docker('volume', 'create', ...options, volume);
      const script = 'dd if=/dev/zero of=/data/x bs=4k; echo ready; exec sleep 3600';
      const web = await ready(lab, script, ['--volume', `${volume}:/data`]);
      lab.cleanUp(async () => {
        await lab.docker('rm', '-f', web);
        await lab.docker('volume', 'rm', volume);
      });
      return [web];
    },
  },
  {
    title: 'no space left on device: shared memory',
    first: 'resources.space',
    says: /no space is left on "\/dev\/shm" .* 64KiB/,
    make: async (lab) => [
      await ready(lab, 'dd if=/dev/zero of=/dev/shm/x bs=4k; echo ready; exec sleep 3600', ['--shm-size', '64k']),
    ],
  },
  {
    title: 'it will have no space: a volume is nearly full',
    first: 'resources.space',
    severity: suspect,
    says: /"\/data" .* is nearly full: 32KiB of 1MiB/,
    make: async (lab) => {
      const script = 'dd if=/dev/zero of=/data/x bs=4k count=248; echo ready; exec sleep 3600';
      return [await ready(lab, script, ['--tmpfs', '/data:size=1m'])];
    },
  },
  {
    title: 'no space left on device, though df shows some: it can hold no more files',
    first: 'resources.inodes',
    says: /"\/data" .* 10 of 10/,
    make: async (lab) => {
      const script = 'for n in $(seq 20); do touch /data/$n; done; echo ready; exec sleep 3600';
      return [await ready(lab, script, ['--tmpfs', '/data:size=1m,nr_inodes=10'])];
    },
  },
  {
    title: 'the disk of the host fills: what it says is kept without bound',
    first: 'resources.log',
    severity: suspect,
    says: /file of 2GiB/,
    make: async (lab) => {
      const web = await lab.run('web');
      await truncate(await lab.docker('inspect', '-f', '{{.LogPath}}', web), 2048 * MEBIBYTE);
      return [web];
    },
  },
  {
    title: 'its children pile up: nobody waits for them',
    first: 'processes.zombies',
    severity: suspect,
    says: /2 processes .* \(sleep\) did not wait for them/,
    make: async (lab) => {
      const web = await lab.run('web', { command: ['sh', '-c', 'sleep 1 & sleep 1 & exec sleep 3600'] });
      await childrenAre(await lab.pid(web), 'Z Z');
      return [web];
    },
  },
];

clinic('used up', USED_UP, []);
