import { writeFile, truncate } from 'node:fs/promises';
import { execa } from 'execa';
import { vi } from 'vitest';
import type { Lab } from '../support/lab.ts';
import { clinic, type Fault } from './clinic.ts';

const MEBIBYTE = 2 ** 20;
/** docker's options that put the host's perl into a container. */
const PERL = ['/usr', '/lib', '/lib64'].flatMap((folder) => ['-v', `${folder}:${folder}:ro`]);
/** What of --privileged an engine without CAP_SYS_RESOURCE of its own can give. */
const POWERFUL = ['seccomp=unconfined', 'apparmor=unconfined']
  .flatMap((option) => ['--security-opt', option])
  .concat(['SYS_ADMIN', 'NET_ADMIN', 'SYS_PTRACE'].flatMap((name) => ['--cap-add', name]));
const suspect = 'suspect';

/** A container with a script of its shell, which says "ready" when it is as the case wants it. */
const ready = async (lab: Lab, script: string, options: readonly string[] = []) =>
  waited(lab, { options, command: ['sh', '-c', script] });

async function waited(lab: Lab, options: { options: readonly string[]; command: readonly string[] }): Promise<string> {
  const web = await lab.run('web', options);
  await vi.waitFor(async () => {
    const { stdout, stderr } = await execa('docker', ['logs', web]);
    if (!stdout.includes('ready')) throw new Error(`it is not ready: ${stdout}${stderr}`);
  }, 20_000);
  return web;
}

/** Waits until the children of a process are in these states. */
const childrenAre = (pid: number, states: string) =>
  vi.waitFor(async () => {
    const { stdout } = await execa('ps', ['--no-headers', '-o', 'state', '--ppid', String(pid)], { reject: false });
    if (stdout.split(/\s+/).join(' ') !== states) throw new Error(`they are ${stdout}`);
  }, 10_000);

/** Waits until a file of /proc has such a text. */
const procSays = (pid: number, file: string, text: RegExp) =>
  vi.waitFor(async () => {
    const { stdout } = await execa('cat', [`/proc/${pid}/${file}`]);
    if (!text.test(stdout)) throw new Error(stdout);
  }, 10_000);

const volume = async (lab: Lab): Promise<string> => {
  const name = lab.name('volume');
  await lab.docker('volume', 'create', name);
  lab.cleanUp(async () => lab.docker('rm', '-f', lab.name('web')).then(() => lab.docker('volume', 'rm', name)));
  return name;
};

const SLOW: Fault[] = [
  {
    title: 'its workers vanish: one was killed for want of memory, and it lives on',
    first: 'resources.oom-kills',
    says: /killed 1 process .* 16MiB/,
    make: async (lab) => [
      await ready(lab, 'tail /dev/zero; echo ready; exec sleep 3600', ['--memory', '16m', '--memory-swap', '16m']),
    ],
  },
  {
    title: 'it is slow: its memory is nearly used up',
    first: 'resources.memory-near-limit',
    severity: suspect,
    says: /of its 32MiB of memory \(9\d %\)/,
    make: async (lab) => [
      await ready(lab, 'dd if=/dev/zero of=/dev/shm/x bs=1M count=30; echo ready; exec sleep 3600', [
        '--memory',
        '32m',
        '--memory-swap',
        '32m',
      ]),
    ],
  },
  {
    title: 'it is slow: its CPU quota is small',
    first: 'resources.throttled',
    severity: suspect,
    says: /quota of 0.1 CPUs/,
    make: async (lab) => [
      await lab.run('web', { options: ['--cpus', '0.1'], command: ['sh', '-c', 'while :; do :; done'] }),
    ],
  },
  {
    title: 'it is slow: one thread never rests',
    first: 'processes.busy',
    severity: suspect,
    says: /is busy all the time/,
    make: async (lab) => [await ready(lab, 'echo ready; while :; do :; done')],
  },
  {
    title: 'it answers nobody: its main process was stopped',
    first: 'processes.stopped',
    says: /main process .*\(sleep\)/,
    make: async (lab) => {
      const web = await lab.run('web');
      const pid = await lab.pid(web);
      process.kill(pid, 'SIGSTOP');
      await procSays(pid, 'stat', /\) T /);
      return [web];
    },
  },
  {
    title: 'it does half of its work: a worker was stopped',
    first: 'processes.stopped',
    severity: suspect,
    says: /1 process is stopped .*\(sleep\)/,
    make: async (lab) => [
      await ready(
        lab,
        'sleep 3600 & while ! grep -q "(sleep)" /proc/$!/stat; do :; done; kill -STOP $!; echo ready; wait',
      ),
    ],
  },
  {
    title: 'it answers nobody: its threads wait for each other',
    first: 'processes.deadlock',
    severity: suspect,
    says: /all 3 threads .*\(perl\)/,
    make: async (lab) => {
      const script =
        '$| = 1; my $x :shared; for (1, 2) { async { lock $x; cond_wait $x } } print "ready\n"; { lock $x; cond_wait $x }';
      const web = await waited(lab, {
        options: PERL,
        command: ['perl', '-Mthreads', '-Mthreads::shared', '-e', script],
      });
      await procSays(await lab.pid(web), 'wchan', /futex/);
      return [web];
    },
  },
  {
    title: 'kill -9 does not end it: it hangs in the kernel',
    first: 'processes.hangs',
    severity: suspect,
    says: /\(perl\) .* hangs in .*\(state D\)/,
    make: async (lab) => {
      // vfork(2): the parent waits in state D for the child to become another program, which it
      // does not.
      const vfork = process.arch === 'x64' ? 'syscall(58)' : 'syscall(220, 0x4111, 0, 0, 0, 0)';
      const command = ['perl', '-e', `my $child = ${vfork}; sleep 3600 if $child == 0; sleep 3600`];
      const web = await lab.run('web', { options: PERL, command });
      await procSays(await lab.pid(web), 'stat', /\) D /);
      return [web];
    },
  },
];

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

const DENIED: Fault[] = [
  {
    title: 'permission denied: a volume belongs to root',
    first: 'rights.mount-not-writable',
    severity: suspect,
    says: /runs as user 1000 .* "\/data": that belongs to 0:0, mode 0755/,
    make: async (lab) => [await lab.run('web', { options: ['--user', '1000', '-v', `${await volume(lab)}:/data`] })],
  },
  {
    title: 'permission denied: a folder of the host is another user’s',
    first: 'rights.mount-not-writable',
    severity: suspect,
    says: /runs as user 1000 \(group 1001\).* "\/data": that belongs to 0:0, mode 0700/,
    make: async (lab) => [await lab.run('web', { options: ['--user', '1000:1001', '-v', `${lab.folder}:/data`] })],
  },
  {
    title: 'permission denied: root without its capability',
    first: 'rights.mount-not-writable',
    severity: suspect,
    says: /runs as user 0 .* "\/data": that belongs to 1000:1000/,
    make: async (lab) => {
      await execa('chown', ['1000:1000', lab.folder]);
      return [await lab.run('web', { options: ['--cap-drop', 'ALL', '-v', `${lab.folder}:/data`] })];
    },
  },
  {
    title: 'read-only file system: that of a bind has become so',
    first: 'resources.read-only',
    says: /"\/data" .* the tmpfs file system of .* has become read-only/,
    make: async (lab) => {
      const web = await withTmpfs(lab, 'rw');
      await execa('mount', ['-o', 'remount,ro', lab.folder]);
      return [web];
    },
  },
  {
    title: 'read-only file system: a bind was so on the host already',
    first: 'resources.read-only',
    severity: suspect,
    says: /"\/data" .* is mounted read-only/,
    make: async (lab) => [await withTmpfs(lab, 'ro')],
  },
  {
    title: 'it does not behave as the newest image: that has the name by now',
    first: 'drift.image-moved',
    severity: 'note',
    says: /while "it-does.*" means [0-9a-f]{12} by now/,
    make: async (lab) => {
      const image = lab.name('image');
      await lab.docker('tag', 'busybox', image);
      lab.cleanUp(async () => lab.docker('rm', '-f', lab.name('web')).then(() => lab.docker('rmi', image)));
      const web = await lab.run('web', { image });
      await lab.docker('tag', 'distroless', image);
      return [web];
    },
  },
];

/** A container with a bind of a file system of its own. */
async function withTmpfs(lab: Lab, options: string): Promise<string> {
  await execa('mount', ['-t', 'tmpfs', '-o', options, 'dbg-test', lab.folder]);
  lab.cleanUp(async () => lab.docker('rm', '-f', lab.name('web')).then(() => execa('umount', [lab.folder])));
  return lab.run('web', { options: ['-v', `${lab.folder}:/data`] });
}

const odd = (title: string, options: readonly string[], command?: readonly string[], image?: string) => ({
  title,
  make: async (lab: Lab) => [await lab.run('web', { options, ...(command && { command }), ...(image && { image }) })],
});

clinic(
  'means',
  [...SLOW, ...USED_UP, ...DENIED],
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
