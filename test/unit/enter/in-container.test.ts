import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { isInContainer, PREFIXES } from '../../../src/enter/container-cgroup.ts';
import IN_CONTAINER from '../../../src/enter/in-container.sh';
import * as recorded from '../process/recorded.ts';

const { ID, INNER } = recorded;

/** /proc/PID/cgroup, the id that an engine names, and whether the process is that container's. */
const TABLE: readonly (readonly [string, string, string, boolean])[] = [
  ['hybrid, cgroupfs', recorded.HYBRID_CGROUP, ID, true],
  ['v1, systemd', recorded.V1_SYSTEMD_CGROUP, ID, true],
  ['v2, systemd', recorded.V2_SYSTEMD_CGROUP, ID, true],
  ['v2, Podman', recorded.V2_PODMAN_CGROUP, ID, true],
  ['Kubernetes, containerd', recorded.KUBERNETES_CGROUP, ID, true],
  ['Kubernetes, CRI-O', `0::/kubepods.slice/kubepods-pod1.slice/crio-${ID}.scope\n`, ID, true],
  ['Podman, cgroupfs', `0::/libpod_parent/libpod-${ID}\n`, ID, true],
  ['Podman, systemd, its own cgroup', `0::/machine.slice/libpod-${ID}.scope/container\n`, ID, true],
  ['Podman, --cgroups=split', `0::/system.slice/web.service/libpod-payload-${ID}\n`, ID, true],
  ['nerdctl', `0::/system.slice/nerdctl-${ID}.scope\n`, ID, true],
  ['Docker in Docker, the outer one', recorded.V2_NESTED_CGROUP, ID, true],
  ['Docker in Docker, the inner one', recorded.V2_NESTED_CGROUP, INNER, true],
  ['a path with colons and blanks', `0::/a:b c/${ID}/d e\n`, ID, true],
  ['of a zombie whose cgroup is gone', `0::/docker/${ID} (deleted)\n`, ID, true],
  ['above dbg’s cgroup namespace', `0::/../../docker/${ID}\n`, ID, true],
  ['one hierarchy of several', `3:cpu,cpuacct:/\n2:name=systemd:/docker/${ID}\n0::/\n`, ID, true],
  ['another container', recorded.V2_SYSTEMD_CGROUP, INNER, false],
  ['the host', '0::/\n', ID, false],
  ['nothing', '', ID, false],
  ['the id "/"', recorded.V2_SYSTEMD_CGROUP, '/', false],
  ['the id "/" on the host', '0::/\n', '/', false],
  ['the id ":"', '0::/\n', ':', false],
  ['the id "0::/"', '0::/\n', '0::/', false],
  ['the id ""', '0::/\n', '', false],
  ['the id "*"', recorded.V2_SYSTEMD_CGROUP, '*', false],
  ['an id of patterns', recorded.V2_SYSTEMD_CGROUP, '?'.repeat(64), false],
  ['an id with a line feed', recorded.V2_SYSTEMD_CGROUP, `${ID}\n`, false],
  ['the beginning of an id', recorded.V2_SYSTEMD_CGROUP, ID.slice(0, 12), false],
  ['an id in capitals', recorded.V2_SYSTEMD_CGROUP, ID.toUpperCase(), false],
  ['a name of a folder', '0::/system.slice\n', 'system.slice', false],
  ['a part of a folder', `0::/docker/x${ID}\n`, ID, false],
  ['a part of a folder, behind', `0::/docker/${ID}x\n`, ID, false],
  ['a folder that goes on', `0::/system.slice/docker-${ID}.scope.d/x\n`, ID, false],
  ['an engine that is not known', `0::/system.slice/evil-${ID}.scope\n`, ID, false],
  ["Podman's conmon", recorded.CONMON_CGROUP, ID, false],
  ["CRI-O's conmon", `0::/system.slice/crio-conmon-${ID}.scope\n`, ID, false],
  ['a controller of that name', `4:${ID}:/\n`, ID, false],
  ['a line that is none', `/${ID}/\n`, ID, false],
];

test.each(TABLE)('%s', (_, cgroup, id, expected) => expect(isInContainer(cgroup, id)).toBe(expected));

const folder = mkdtempSync(join(tmpdir(), 'dbg-in-container-'));
afterAll(() => rmSync(folder, { recursive: true }));

const SHELLS = [
  ['dash', []],
  ['bash', []],
  ['zsh', ['--emulate', 'sh']],
] as const;
const isThere = ([shell]: (typeof SHELLS)[number]) => spawnSync(shell, ['-c', ':']).status === 0;
const ALL = `${IN_CONTAINER}
while [ $# -gt 0 ]; do inContainer "$1" <"$2" && echo true || echo false; shift 2; done`;

test.each(SHELLS.filter(isThere))('the same in %s', (shell, options) => {
  const rows = TABLE.flatMap(([, cgroup, id], row) => {
    const file = join(folder, String(row));
    writeFileSync(file, cgroup);
    return [id, file];
  });
  const { stdout, stderr } = spawnSync(shell, [...options, '-c', ALL, 'sh', ...rows], { encoding: 'utf8' });
  expect(stderr).toBe('');
  const names = TABLE.map(([name]) => name);
  expect(
    stdout
      .trim()
      .split('\n')
      .map((said, row) => [names[row], said]),
  ).toEqual(TABLE.map(([name, , , expected]) => [name, String(expected)]));
});

test('the script has the same names of folders', () => {
  const names = (pattern: RegExp) => [...IN_CONTAINER.matchAll(pattern)].map(([, prefix]) => prefix);
  expect(names(/\*\/([\w-]*)"\$1"\/\*/g)).toEqual(PREFIXES);
  expect(names(/\*\/([\w-]*)"\$1"\.scope\/\*/g)).toEqual(PREFIXES);
});

test('the shells expand nothing of a path', () => {
  const file = join(folder, 'cgroup');
  writeFileSync(file, `0::/$(touch ${folder}/ran)/*/\`touch ${folder}/ran\`/${ID}\n`);
  for (const shell of ['dash', 'bash']) {
    const out = execFileSync(shell, ['-c', `${IN_CONTAINER}\ninContainer "$1" <"$2"; echo "$? $#"`, 'sh', ID, file]);
    expect(out.toString()).toBe('0 2\n');
  }
  expect(spawnSync('ls', [join(folder, 'ran')]).status).not.toBe(0);
});
