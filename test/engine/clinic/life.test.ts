import { chmodSync, mkdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { expect } from 'vitest';
import type { Lab, RunOptions } from '../support/lab.ts';
import { clinic } from './clinic.ts';

/** Runs a container that cannot be started, or that ends at once. */
async function fails(lab: Lab, options: RunOptions): Promise<string[]> {
  await lab.run('web', options).catch(() => undefined);
  return [lab.name('web')];
}

/** Runs one that ends by itself, and waits for that. */
async function ends(lab: Lab, options: RunOptions): Promise<string[]> {
  const web = await lab.run('web', options);
  await lab.docker('wait', web);
  return [web];
}

/**
 * Makes a container from busybox with files of ours in its root, and starts it; it ends by itself.
 */
async function runs(
  lab: Lab,
  files: Readonly<Record<string, string | Uint8Array>>,
  options: readonly string[] = [],
): Promise<string[]> {
  const web = lab.name('web');
  lab.cleanUp(() => lab.docker('rm', '-f', web));
  await lab.docker('create', '--name', web, ...options, 'busybox', '/app');
  const root = join(lab.folder, 'root');
  for (const [path, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), bytes);
    chmodSync(join(root, path), 0o755);
  }
  await lab.docker('cp', `${root}/.`, `${web}:/`);
  await lab.docker('start', web);
  if (options.includes('--restart')) await restarted(lab, web);
  else await lab.docker('wait', web);
  return [web];
}

const restarted = (lab: Lab, name: string) =>
  expect.poll(() => inspect(lab, name, '.RestartCount'), { timeout: 20_000 }).toMatch(/^[3-9]/);

const say = (words: string, exitCode: number) => ['sh', '-c', `echo "${words}" >&2; exit ${exitCode}`];

const inspect = (lab: Lab, name: string, format: string) => lab.docker('inspect', '-f', `{{${format}}}`, name);

/** The header of a 64-bit ELF program for arm64 (elf(5)). */
const ARM64 = Buffer.concat([Buffer.from('\x7fELF\x02\x01\x01', 'latin1'), Buffer.alloc(4096)]);
ARM64.writeUInt16LE(2, 16);
ARM64.writeUInt16LE(183, 18);

const hostFile = async (path: string) => (await execa('cat', [realpathSync(path)], { encoding: 'buffer' })).stdout;

clinic(
  'life',
  [
    {
      title: 'it was killed again and again: its limit of memory is too small',
      first: 'life.oom',
      says: '16 MiB',
      make: async (lab) => {
        const options = ['--memory', '16m', '--memory-swap', '16m'];
        const web = await lab.run('web', { options, command: ['tail', '/dev/zero'] });
        await lab.docker('wait', web);
        return [web];
      },
    },
    {
      title: 'it is down again whenever I look',
      first: 'life.restart-loop',
      says: /[3-9] restarts.*exit code 3.*always, without a limit/,
      make: async (lab) => {
        const web = await lab.run('web', { options: ['--restart', 'always'], command: say('no such table', 3) });
        await restarted(lab, web);
        return [web];
      },
    },
    {
      title: 'bash in the background ends at once, for ever',
      first: 'life.restart-loop',
      says: 'its program does not keep running',
      make: async (lab) => {
        const web = await lab.run('web', { options: ['--restart', 'unless-stopped'], command: ['sh'] });
        await restarted(lab, web);
        return [web];
      },
    },
    {
      title: 'it was restarted twice, and then no more',
      first: 'life.gave-up',
      says: /after 2 restarts.*on-failure:2.*exit code 1/,
      make: async (lab) => {
        const web = await lab.run('web', { options: ['--restart', 'on-failure:2'], command: say('no config', 1) });
        const state = () => inspect(lab, web, '.State.Status}} {{.RestartCount');
        await expect.poll(state, { timeout: 20_000 }).toBe('exited 2');
        return [web];
      },
    },
    {
      title: 'the job has failed',
      first: 'life.exit-code',
      says: 'exit code 4',
      make: (lab) => ends(lab, { command: say('cannot open /etc/app.conf', 4) }),
    },
    {
      title: 'its start script calls what is not installed',
      first: 'life.exit-code',
      says: /127 .*not found/,
      make: (lab) => ends(lab, { command: ['sh', '-c', 'python3 -m app'] }),
    },
    {
      title: 'I typed the command wrong',
      first: 'life.entry-missing',
      says: 'no program pyhton3 in a folder of its PATH',
      make: (lab) => fails(lab, { command: ['pyhton3', 'app.py'] }),
    },
    {
      title: 'I typed the command wrong, with an init before it',
      first: 'life.entry-missing',
      says: 'no program /srv/app',
      make: (lab) => fails(lab, { options: ['--init'], command: ['/srv/app'] }),
    },
    {
      title: 'permission denied when it starts: chmod was forgotten',
      first: 'life.entry-not-executable',
      says: '/etc/passwd, which is not executable (mode 0644)',
      make: (lab) => fails(lab, { command: ['/etc/passwd'] }),
    },
    {
      title: 'permission denied when it starts: it is a folder',
      first: 'life.entry-not-executable',
      says: '/etc, which is no file',
      make: (lab) => fails(lab, { command: ['/etc'] }),
    },
    {
      title: 'the image was built on the new Mac',
      first: 'life.exec-format',
      says: /\/app is a program for arm64, and this host is amd64/,
      make: (lab) => runs(lab, { '/app': ARM64 }),
    },
    {
      title: 'the start script has no first line',
      first: 'life.exec-format',
      says: '/app: it is neither a program nor begins with #!',
      make: (lab) => runs(lab, { '/app': 'exec sleep 3600\n' }),
    },
    {
      title: 'exec /app: no such file, and it is there: it wants bash',
      first: 'life.interpreter-missing',
      says: '/app: its first line asks for /bin/bash',
      make: (lab) => runs(lab, { '/app': '#!/bin/bash -e\nsleep 3600\n' }),
    },
    {
      title: 'restarting, and what it wants is bash',
      first: 'life.interpreter-missing',
      says: '/app: its first line asks for /bin/bash',
      make: (lab) => runs(lab, { '/app': '#!/bin/bash\n' }, ['--restart', 'always']),
    },
    {
      title: 'exec /app: no such file, and it is there: it wants python by env',
      first: 'life.interpreter-missing',
      says: 'asks for python3',
      make: (lab) => runs(lab, { '/app': '#!/bin/env -S python3 -u\nprint()\n' }),
    },
    {
      title: 'exec /app: no such file, and it is there: it was edited on Windows',
      first: 'life.interpreter-missing',
      says: 'CRLF',
      make: (lab) => runs(lab, { '/app': '#!/bin/sh\r\nsleep 3600\r\n' }),
    },
    {
      title: 'exec /app: no such file, and it is there: built on Debian, run on Alpine',
      first: 'life.loader-missing',
      says: /\/app: it is built for glibc, and the image has no \/lib64\/ld-linux/,
      make: async (lab) => runs(lab, { '/app': await hostFile('/bin/ls') }),
    },
    {
      title: 'a library was left behind in the build stage',
      first: 'life.library-missing',
      says: 'cannot load libselinux.so.1',
      make: async (lab) => {
        const loader = '/lib64/ld-linux-x86-64.so.2';
        return runs(lab, { [loader]: await hostFile(loader), '/app': await hostFile('/bin/ls') });
      },
    },
    {
      title: 'port is already allocated',
      first: 'life.port-taken',
      says: /port 18080 of the host is taken by container ".*-other"/,
      make: async (lab) => {
        await lab.run('other', { options: ['-p', '18080:80'] });
        return fails(lab, { options: ['-p', '18080:80'] });
      },
    },
    {
      title: 'the disk that it was given has gone',
      first: 'life.device-missing',
      says: 'no device /dev/sdz9',
      make: (lab) => fails(lab, { options: ['--device', '/dev/sdz9'] }),
    },
    {
      title: 'it does not start, and docker inspect has no error: the mounted folder was deleted',
      first: 'life.mount-source-missing',
      says: /has no .*\/config, which/,
      make: async (lab) => {
        const source = join(lab.folder, 'config');
        mkdirSync(source);
        const web = lab.name('web');
        lab.cleanUp(() => lab.docker('rm', '-f', web));
        await lab.docker('create', '--name', web, '--mount', `type=bind,source=${source},target=/config`, 'busybox');
        rmSync(source, { recursive: true });
        await lab.docker('start', web).catch(() => undefined);
        return [web];
      },
    },
    {
      title: 'are you trying to mount a directory onto a file',
      first: 'life.mount-mismatch',
      says: /\/etc\/hostname of the host and \/root of the image/,
      make: (lab) => fails(lab, { options: ['-v', '/etc/hostname:/root'] }),
    },
    {
      title: 'USER names whom nobody made',
      first: 'life.user-missing',
      says: 'no user "node" in /etc/passwd',
      make: (lab) => fails(lab, { options: ['--user', 'node'] }),
    },
    {
      title: 'its network was removed while it was down',
      first: 'life.network-missing',
      says: /network .*-net does not exist any more/,
      make: async (lab) => {
        const [web, net] = [lab.name('web'), lab.name('net')];
        await lab.docker('network', 'create', net);
        lab.cleanUp(() => lab.docker('rm', '-f', web));
        await lab.docker('create', '--name', web, '--network', net, 'busybox');
        await lab.docker('network', 'rm', net);
        await lab.docker('start', web).catch(() => undefined);
        return [web];
      },
    },
    {
      title: 'it wants a setting that this kernel does not have',
      first: 'life.start-failed',
      says: 'cannot be started: open /proc/sys/net/ipv4/nosuch: no such file or directory',
      make: (lab) => fails(lab, { options: ['--sysctl', 'net.ipv4.nosuch=1'] }),
    },
    {
      title: 'somebody on the host has killed it with kill -9',
      first: 'life.killed',
      says: /exit code 137\), and not by the engine/,
      make: async (lab) => {
        const web = await lab.run('web');
        process.kill(await lab.pid(web), 'SIGKILL');
        await lab.docker('wait', web);
        return [web];
      },
    },
    {
      title: 'it crashed with a segmentation fault',
      first: 'life.crashed',
      says: 'exit code 139 (SIGSEGV',
      make: (lab) => ends(lab, { command: ['sh', '-c', 'sh -c "kill -SEGV \\$\\$"; exit $?'] }),
    },
    {
      title: 'nothing answers, and docker ps says Up: somebody paused it',
      first: 'life.paused',
      says: 'stand still',
      make: async (lab) => {
        const web = await lab.run('web');
        await lab.docker('pause', web);
        return [web];
      },
    },
    {
      title: 'the load balancer took it out: unhealthy',
      first: 'life.unhealthy',
      says: /failed [2-9] times in a row, last with exit code 1/,
      make: (lab) => unhealthy(lab, 'echo "database is locked"; exit 1'),
    },
    {
      title: 'unhealthy from the first minute: the image has no curl',
      first: 'life.health-program-missing',
      says: /has no curl.*failed [2-9] times/,
      make: (lab) => unhealthy(lab, 'curl -f http://localhost/'),
    },
  ],
  [
    { title: 'one that sleeps', make: async (lab) => [await lab.run('web')] },
    { title: 'its work is done', make: (lab) => ends(lab, { command: ['true'] }) },
    {
      title: 'a job that may be tried again, and ended well at once',
      make: (lab) => ends(lab, { options: ['--restart', 'on-failure:3'], command: ['true'] }),
    },
    {
      title: 'a health check that passes',
      make: async (lab) => {
        const options = ['--health-cmd', 'true', '--health-interval', '1s'];
        const web = await lab.run('web', { options });
        await expect.poll(() => inspect(lab, web, '.State.Health.Status'), { timeout: 20_000 }).toBe('healthy');
        return [web];
      },
    },
    {
      title: 'a health check that waits',
      make: async (lab) => [await lab.run('web', { options: ['--health-cmd', 'false', '--health-interval', '1h'] })],
    },
    {
      title: 'a program and nothing else',
      make: async (lab) => [await lab.run('web', { image: 'distroless', command: ['/bin/sleep', '3600'] })],
    },
    { title: 'read-only', make: async (lab) => [await lab.run('web', { options: ['--read-only'] })] },
    { title: 'with an init', make: async (lab) => [await lab.run('web', { options: ['--init=true'] })] },
    {
      title: 'stopped, and it did not listen: 137',
      make: async (lab) => {
        const web = await lab.run('web');
        await lab.docker('stop', '-t', '1', web);
        return [web];
      },
    },
    {
      title: 'stopped, and it listened: 143',
      make: async (lab) => {
        const web = await lab.run('web', { options: ['--init=true'], command: ['sleep', '3600'] });
        await lab.docker('stop', '-t', '10', web);
        expect(await inspect(lab, web, '.State.ExitCode')).toBe('143');
        return [web];
      },
    },
    {
      title: 'stopped, and it says 3 to that',
      make: async (lab) => {
        const command = ['sh', '-c', 'trap "exit 3" TERM; echo ready; while :; do sleep 0.1; done'];
        const web = await lab.run('web', { command });
        await expect.poll(() => lab.docker('logs', web)).toBe('ready');
        await lab.docker('stop', '-t', '10', web);
        expect(await inspect(lab, web, '.State.ExitCode')).toBe('3');
        return [web];
      },
    },
    {
      title: 'killed by docker kill',
      make: async (lab) => {
        const web = await lab.run('web');
        await lab.docker('kill', web);
        await lab.docker('wait', web);
        return [web];
      },
    },
    {
      title: 'made for later, with a folder that -v will make',
      make: async (lab) => {
        const web = lab.name('web');
        lab.cleanUp(() => lab.docker('rm', '-f', web));
        await lab.docker('create', '--name', web, '-v', `${lab.folder}/later:/data`, 'busybox', 'true');
        return [web];
      },
    },
    {
      title: 'restarted by hand a few times',
      make: async (lab) => {
        const web = await lab.run('web', { options: ['--restart', 'always'] });
        for (let round = 0; round < 4; round++) await lab.docker('restart', '-t', '0', web);
        return [web];
      },
    },
  ],
);

async function unhealthy(lab: Lab, check: string): Promise<string[]> {
  const options = ['--health-cmd', check, '--health-interval', '1s', '--health-retries', '2'];
  const web = await lab.run('web', { options });
  await expect.poll(() => inspect(lab, web, '.State.Health.Status'), { timeout: 30_000 }).toBe('unhealthy');
  return [web];
}
