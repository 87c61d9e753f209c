import { execa } from 'execa';
import { vi } from 'vitest';
import type { Lab } from '../support/lab.ts';

export const MEBIBYTE = 2 ** 20;
/** docker's options that put the host's perl into a container. */
export const PERL = ['/usr', '/lib', '/lib64'].flatMap((folder) => ['-v', `${folder}:${folder}:ro`]);
/** What of --privileged an engine without CAP_SYS_RESOURCE of its own can give. */
export const POWERFUL = ['seccomp=unconfined', 'apparmor=unconfined']
  .flatMap((option) => ['--security-opt', option])
  .concat(['SYS_ADMIN', 'NET_ADMIN', 'SYS_PTRACE'].flatMap((name) => ['--cap-add', name]));

/** A container with a script of its shell, which says "ready" when it is as the case wants it. */
export const ready = async (lab: Lab, script: string, options: readonly string[] = []) =>
  waited(lab, { options, command: ['sh', '-c', script] });

export async function waited(
  lab: Lab,
  options: { options: readonly string[]; command: readonly string[] },
): Promise<string> {
  const web = await lab.run('web', options);
  await vi.waitFor(async () => {
    const { stdout, stderr } = await execa('docker', ['logs', web]);
    if (!stdout.includes('ready')) throw new Error(`it is not ready: ${stdout}${stderr}`);
  }, 20_000);
  return web;
}

/** Waits until the children of a process are in these states. */
export const childrenAre = (pid: number, states: string) =>
  vi.waitFor(async () => {
    const { stdout } = await execa('ps', ['--no-headers', '-o', 'state', '--ppid', String(pid)], { reject: false });
    if (stdout.split(/\s+/).join(' ') !== states) throw new Error(`they are ${stdout}`);
  }, 10_000);

/** Waits until a file of /proc has such a text. */
export const procSays = (pid: number, file: string, text: RegExp) =>
  vi.waitFor(async () => {
    const { stdout } = await execa('cat', [`/proc/${pid}/${file}`]);
    if (!text.test(stdout)) throw new Error(stdout);
  }, 10_000);

export const volume = async (lab: Lab): Promise<string> => {
  const name = lab.name('volume');
  await lab.docker('volume', 'create', name);
  lab.cleanUp(async () => lab.docker('rm', '-f', lab.name('web')).then(() => lab.docker('volume', 'rm', name)));
  return name;
};

/** A container with a bind of a file system of its own. */
export async function withTmpfs(lab: Lab, options: string): Promise<string> {
  await execa('mount', ['-t', 'tmpfs', '-o', options, 'dbg-test', lab.folder]);
  lab.cleanUp(async () => lab.docker('rm', '-f', lab.name('web')).then(() => execa('umount', [lab.folder])));
  return lab.run('web', { options: ['-v', `${lab.folder}:/data`] });
}
