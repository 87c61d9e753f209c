import { readFileSync, writeFileSync } from 'node:fs';
import { execa } from 'execa';
import { expect } from 'vitest';
import { cgroupProcs, parseCgroupMounts, parsePlaces } from '../../../src/proc/cgroup.ts';
import { firstLine } from './dbg.ts';
import type { Lab } from './lab.ts';

/** Runs one line of words, none of which has a blank, with `ip`; gives its stdout. */
export const ip = async (line: string) => (await execa('ip', line.split(' '))).stdout;

/** The same in the network namespace that a file holds. */
export const ipIn = async (netns: string, line: string) =>
  (await execa('nsenter', [`--net=${netns}`, '--', 'ip', ...line.split(' ')])).stdout;

/** A process in a network namespace of its own, with other options of unshare(1); gives its pid. */
export async function namespaceHolder(lab: Lab, ...options: readonly string[]): Promise<string> {
  const argv = ['-n', ...options, '--', 'bash', '-c', 'echo up; exec sleep 3600'];
  const holder = execa('unshare', argv, { reject: false });
  lab.cleanUp(async () => (holder.kill('SIGKILL'), await holder));
  expect(await firstLine(holder)).toBe('up');
  return String(holder.pid);
}

/** The same in a container's cgroups, as a container in a container is; gives its pid. */
export async function innerProcess(lab: Lab, container: string): Promise<string> {
  const holder = await namespaceHolder(lab);
  const places = parsePlaces(readFileSync(`/proc/${await lab.pid(container)}/cgroup`, 'utf8'));
  const mounts = parseCgroupMounts(readFileSync('/proc/self/mountinfo', 'utf8'));
  for (const file of cgroupProcs(places, mounts)) writeFileSync(file, holder);
  return holder;
}

/** A network namespace without a process, held by a file alone, as an overlay network's is; gives the file. */
export async function pinned(lab: Lab, name: string): Promise<string> {
  await ip(`netns add ${name}`);
  lab.cleanUp(() => ip(`netns delete ${name}`));
  return `/run/netns/${name}`;
}
