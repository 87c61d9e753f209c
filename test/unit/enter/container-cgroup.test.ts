import { expect, test } from 'vitest';
import { containerIds, containerPlaces } from '../../../src/enter/container-cgroup.ts';
import { folderUnder, isWithin, parseCgroupMounts, parsePlaces } from '../../../src/proc/cgroup.ts';
import * as recorded from '../process/recorded.ts';

const { ID, INNER } = recorded;

test.each([
  ['hybrid, cgroupfs', recorded.HYBRID_CGROUP, [ID], `/dbg-engine/${ID}`, 8],
  ['v1, systemd', recorded.V1_SYSTEMD_CGROUP, [ID], `/system.slice/docker-${ID}.scope`, 4],
  ['v2, systemd', recorded.V2_SYSTEMD_CGROUP, [ID], `/system.slice/docker-${ID}.scope`, 1],
  ['v2, Podman', recorded.V2_PODMAN_CGROUP, [ID], `/machine.slice/libpod-${ID}.scope`, 1],
  [
    'v2, Kubernetes',
    recorded.KUBERNETES_CGROUP,
    [ID],
    `/kubepods.slice/kubepods-pod1.slice/cri-containerd-${ID}.scope`,
    1,
  ],
  ['Docker in Docker', recorded.V2_NESTED_CGROUP, [ID, INNER], `/system.slice/docker-${ID}.scope`, 1],
  ["Podman's conmon", recorded.CONMON_CGROUP, [], undefined, 0],
  ['rootless on v1', recorded.ROOTLESS_V1_CGROUP, [], undefined, 0],
  ['of a zombie whose cgroup is gone', `0::/docker/${ID} (deleted)\n`, [ID], `/docker/${ID}`, 1],
  ['a colon in a path', `0::/a:b/${ID}\n`, [ID], `/a:b/${ID}`, 1],
  ['nothing', '', [], undefined, 0],
])('the container of a process: %s', (_, text, ids, path, hierarchies) => {
  const places = parsePlaces(text);
  expect(containerIds(places)).toEqual(ids);
  const found = containerPlaces(places, ID);
  expect(found).toHaveLength(hierarchies);
  expect(found[0]?.path).toBe(path);
});

test.each([
  ['itself', recorded.V2_SYSTEMD_CGROUP, true],
  ['a container in it', recorded.V2_NESTED_CGROUP, true],
  ['one that only looks like it', `0::/system.slice/docker-${ID}.scope.d/x\n`, false],
  ['one that made a folder of that name', `0::/docker/${INNER}/docker-${ID}.scope\n`, false],
  ['another hierarchy', `4:memory:/system.slice/docker-${ID}.scope\n`, false],
  ['the host', '0::/\n', false],
])('is within the container: %s', (_, text, expected) => {
  const container = containerPlaces(parsePlaces(recorded.V2_SYSTEMD_CGROUP), ID);
  expect(isWithin(container, parsePlaces(text))).toBe(expected);
});

test('the mounts of v1, v2 and hybrid', () => {
  expect(parseCgroupMounts(recorded.V2_MOUNTS)).toEqual([
    { controllers: undefined, root: '/', mountPoint: '/sys/fs/cgroup' },
  ]);
  const hybrid = parseCgroupMounts(recorded.HYBRID_MOUNTS);
  expect(hybrid).toHaveLength(8);
  expect(hybrid.find(({ controllers }) => controllers?.includes('memory'))?.mountPoint).toBe('/sys/fs/cgroup/memory');
  expect(hybrid.find(({ controllers }) => controllers === undefined)?.mountPoint).toBe('/sys/fs/cgroup/unified');
  const v1 = parseCgroupMounts(recorded.V1_MOUNTS);
  expect(v1.find(({ controllers }) => controllers?.includes('cpuacct'))?.mountPoint).toBe('/sys/fs/cgroup/cpu,cpuacct');
  expect(parseCgroupMounts('1 2 0:1 / /my\\040cgroups rw - cgroup2 none rw\n')[0]?.mountPoint).toBe('/my cgroups');
});

test.each([
  ['/', '/docker/x', '/m/docker/x'],
  ['/', '/', '/m'],
  ['/docker', '/docker/x', '/m/x'],
  ['/docker/x', '/docker/x', '/m'],
  ['/docker/x', '/docker/xy', undefined],
  ['/..', '/../docker/x', '/m/docker/x'],
  ['/../..', '/../docker/x', undefined],
  ['/', '/../x', undefined],
  ['/..', '/../../x', undefined],
])('a mount of %s shows %s as %s', (root, path, expected) => {
  expect(folderUnder({ controllers: undefined, root, mountPoint: '/m' }, path)).toBe(expected);
});
