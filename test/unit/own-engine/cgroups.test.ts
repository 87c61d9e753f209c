import { expect, it } from 'vitest';
import { cgroupMounts } from '../../own-engine/cgroups.ts';

const V1 = `24 1 0:5 / /proc rw,relatime shared:1 - proc proc rw
30 25 0:26 / /sys/fs/cgroup rw,relatime - tmpfs cgroup rw,mode=755
31 30 0:27 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu
32 30 0:28 / /sys/fs/cgroup/memory rw,relatime shared:9 master:2 - cgroup cgroup rw,memory
`;
const UNIFIED = '40 30 0:40 / /sys/fs/cgroup/unified rw,relatime - cgroup2 none rw\n';
const V2 = '35 24 0:30 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n';

it.each([
  ['v1', V1, ['/sys/fs/cgroup/cpu', '/sys/fs/cgroup/memory']],
  ['v2', V2, ['/sys/fs/cgroup']],
  ['hybrid', V1 + UNIFIED, ['/sys/fs/cgroup/cpu', '/sys/fs/cgroup/memory', '/sys/fs/cgroup/unified']],
  ['none', '', []],
])('finds the hierarchies of cgroup %s', (_, mountinfo, mounts) => {
  expect(cgroupMounts(mountinfo)).toEqual(mounts);
});
