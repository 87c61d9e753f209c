import { execa } from 'execa';
import type { Lab } from '../support/lab.ts';

export const HTTPD = (port: string) => ({ command: ['httpd', '-f', '-p', port] });

/** Two containers on a network of their own: one that asks, and one that serves on a port. */
export async function pair(lab: Lab, port = '80', own: readonly string[] = [], its: readonly string[] = []) {
  const network = await lab.network('n');
  const web = await lab.run('web', { options: ['--network', network, ...own] });
  const db = await lab.run('db', { options: ['--network', network, ...its], ...HTTPD(port) });
  await listens(lab, db);
  return { network, web, db };
}

/**
 * Publishes port 80 of a container whose server is at another place, or at this; gives the host's
 * port.
 */
export async function published(lab: Lab, address: string, listensAt: string): Promise<string> {
  const served = await lab.run('served', { options: ['-p', `${address}::80`], ...HTTPD(listensAt) });
  await listens(lab, served);
  return /:(\d+)/.exec(await lab.docker('port', served, '80'))![1]!;
}

/** Waits until something listens in a container. */
export async function listens(lab: Lab, container: string): Promise<void> {
  const pid = await lab.pid(container);
  for (;;) {
    const { stdout } = await execa('nsenter', ['-t', String(pid), '-n', 'ss', '-Hltn']);
    if (stdout.split('\n').some((line) => line !== '' && !line.includes('127.0.0.11'))) return;
    await new Promise((resolve) => void setTimeout(resolve, 50));
  }
}

/** Runs a program of the host in a container's network namespace. */
export const inside = async (lab: Lab, container: string, ...argv: readonly string[]) =>
  execa('nsenter', ['-t', String(await lab.pid(container)), '-n', ...argv]);

/** Puts a rule in, and takes it away with the test. */
export async function rule(lab: Lab, ...words: readonly string[]): Promise<void> {
  await execa('iptables', ['-I', ...words]);
  lab.cleanUp(() => execa('iptables', ['-D', ...words]));
}

export const hostEnd = async (lab: Lab, container: string): Promise<string> => {
  const { stdout } = await inside(lab, container, 'ip', '-j', 'link', 'show', 'dev', 'eth0');
  const index = String((JSON.parse(stdout) as { link_index: number }[])[0]!.link_index);
  const links = JSON.parse((await execa('ip', ['-j', 'link'])).stdout) as { ifindex: number; ifname: string }[];
  return links.find(({ ifindex }) => String(ifindex) === index)!.ifname;
};

/**
 * Runs a program of the host in a container's network namespace until the test ends, and waits until
 * something listens there.
 */
export async function serve(lab: Lab, container: string, ...argv: readonly string[]): Promise<void> {
  const server = execa('nsenter', ['-t', String(await lab.pid(container)), '-n', ...argv], {
    reject: false,
    stdio: 'ignore',
  });
  lab.cleanUp(async () => {
    server.kill('SIGKILL');
    await server;
  });
  await listens(lab, container);
}

/** Cuts a container by dbg until the test ends; waits until the cut is there. */
export async function cutUntilTheEnd(lab: Lab, container: string, ...words: readonly string[]): Promise<void> {
  const cut = execa('node', ['bin/dbg.js', 'veth', container, ...words, '--for', '2m'], { reject: false });
  lab.cleanUp(async () => {
    await execa('node', ['bin/dbg.js', 'veth', container, '--up'], { reject: false });
    await cut;
  });
  const end = await hostEnd(lab, container);
  while (!(await execa('ip', ['link', 'show', 'dev', end])).stdout.includes('dbg cut')) {
    await new Promise((resolve) => void setTimeout(resolve, 50));
  }
}
