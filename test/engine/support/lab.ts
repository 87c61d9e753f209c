import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { test as base, expect, inject } from 'vitest';

export interface RunOptions {
  readonly image?: string;
  /** docker run's own options */
  readonly options?: readonly string[];
  readonly command?: readonly string[];
}

/** What a test has of the engine: things named after it, and removed with it. */
export interface Lab {
  /** a name nothing else on the engine has; `suffix` tells the things of one test apart */
  name(suffix?: string): string;
  /** docker's stdout, trimmed; fails the test when docker does */
  docker(...args: readonly string[]): Promise<string>;
  /** starts a container that sleeps, and gives its name */
  run(suffix?: string, options?: RunOptions): Promise<string>;
  network(suffix: string, ...options: readonly string[]): Promise<string>;
  pid(container: string): Promise<number>;
  address(container: string): Promise<string>;
  /** a folder that goes with the test */
  readonly folder: string;
  /** something else to take away when the test has ended, whatever its outcome */
  cleanUp(action: () => Promise<unknown>): void;
}

/** By a test's ID, the containers and networks of its last try that are still to be taken away. */
const left = new Map<string, readonly [containers: readonly string[], networks: readonly string[]]>();

const docker = async (...args: readonly string[]) => (await execa('docker', args)).stdout.trim();

export const test = base.extend<{ lab: Lab }>({
  lab: async ({ task }, use) => {
    const slug = task.name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '')
      .slice(0, 40);
    const folder = mkdtempSync(join(tmpdir(), 'dbg-test-'));
    const containers: string[] = [];
    const networks: string[] = [];
    const others: (() => Promise<unknown>)[] = [];
    const name = (suffix = 'c') => `${slug}-${suffix}`;
    await removeLeft(`${slug}-`);
    // What the first try could not take away, because dockerd was ended under it.
    await remove(...(left.get(task.id) ?? [[], []])).catch(() => {});
    left.set(task.id, [containers, networks]);
    await use({
      name,
      docker,
      folder,
      cleanUp: (action) => void others.push(action),
      run: async (suffix, { image = 'busybox', options = [], command = ['sleep', '3600'] } = {}) => {
        containers.push(name(suffix));
        await docker(
          'run',
          '-d',
          '--init=false',
          '--stop-timeout',
          '0',
          '--name',
          name(suffix),
          ...options,
          image,
          ...command,
        );
        return name(suffix);
      },
      network: async (suffix, ...options) => {
        networks.push(name(suffix));
        await docker('network', 'create', ...options, name(suffix));
        return name(suffix);
      },
      pid: async (container) => Number(await docker('inspect', '-f', '{{.State.Pid}}', container)),
      address: async (container) =>
        (await docker('inspect', '-f', '{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}', container)).split(
          ' ',
        )[0]!,
    });
    // What passes at the second try shows nothing of the first one in the output otherwise.
    for (const { message } of task.result?.errors ?? []) console.log(`a try of "${task.name}" failed: ${message}`);
    // A leak would fail here, in the test that made it.
    for (const action of others.toReversed()) await action();
    await remove(containers, networks);
    left.delete(task.id);
    // A program that has ended may have left one that still tidies up in there, as Podman does. What
    // it adds while a folder is removed is not seen by rmSync, even when that tries again.
    await expect.poll(() => rmSync(folder, { recursive: true, force: true })).toBeUndefined();
  },
});

const AT_ONCE = 8;

/** A network can go only when no container is on it any more. */
async function remove(containers: readonly string[], networks: readonly string[]): Promise<void> {
  // Some at a time: each that ends while another one starts may lock dockerd 20.10 up
  // (test/own-engine/stuck.ts).
  for (let at = 0; at < containers.length; at += AT_ONCE)
    await docker('rm', '-f', ...containers.slice(at, at + AT_ONCE));
  if (networks.length > 0) await docker('network', 'rm', ...networks);
}

/** A run that was killed, machine and all, took nothing away, and the engine has on its disk what it had then. */
async function removeLeft(prefix: string): Promise<void> {
  const { containers, networks } = inject('before');
  const ids = (all: readonly string[]) =>
    all.map((one) => one.split(' ')).flatMap(([id, name]) => (name?.startsWith(prefix) ? [id!] : []));
  // By ID, never by name; one that a test of the same name removed before is no mistake.
  await remove(ids(containers), ids(networks)).catch(() => {});
}
