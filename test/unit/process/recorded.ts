// Texts as kernels wrote them. v1 and hybrid: this project's own machine (Linux 6.18, Docker 20.10, cgroupfs driver). v2: in the form
// of cgroup-v2.rst, cgroups(7) and of systemd hosts (Debian 12); no machine with v2 was at hand.
export const ID = '50209ae10885c80bd7b4045ca9614970ca2b1d9513d275ad8c9dfd54d19483d4';
export const INNER = 'ab'.repeat(32);

export const HYBRID_CGROUP = `9:name=systemd:/dbg-engine/${ID}
8:pids:/dbg-engine/${ID}
7:blkio:/dbg-engine/${ID}
4:memory:/dbg-engine/${ID}
3:cpuset:/dbg-engine/${ID}
2:cpuacct:/dbg-engine/${ID}
1:cpu:/dbg-engine/${ID}
0::/dbg-engine/${ID}
`;
export const V1_SYSTEMD_CGROUP = `12:pids:/system.slice/docker-${ID}.scope
11:cpu,cpuacct:/system.slice/docker-${ID}.scope
10:memory:/system.slice/docker-${ID}.scope
1:name=systemd:/system.slice/docker-${ID}.scope
`;
export const V2_SYSTEMD_CGROUP = `0::/system.slice/docker-${ID}.scope\n`;
export const V2_PODMAN_CGROUP = `0::/machine.slice/libpod-${ID}.scope/container\n`;
export const V2_NESTED_CGROUP = `0::/system.slice/docker-${ID}.scope/docker/${INNER}\n`;
export const CONMON_CGROUP = `0::/machine.slice/libpod-conmon-${ID}.scope\n`;
export const KUBERNETES_CGROUP = `0::/kubepods.slice/kubepods-pod1.slice/cri-containerd-${ID}.scope\n`;
export const ROOTLESS_V1_CGROUP = '4:memory:/user.slice/user-1000.slice/session-1.scope\n1:name=systemd:/\n';

export const HYBRID_MOUNTS = `23 27 0:22 / /sys rw,relatime - sysfs sysfs rw
31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu
33 31 0:30 / /sys/fs/cgroup/cpuacct rw,relatime - cgroup cgroup rw,cpuacct
34 31 0:31 / /sys/fs/cgroup/cpuset rw,relatime - cgroup cgroup rw,cpuset
35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
38 31 0:35 / /sys/fs/cgroup/blkio rw,relatime - cgroup cgroup rw,blkio
39 31 0:36 / /sys/fs/cgroup/pids rw,relatime - cgroup cgroup rw,pids
40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,name=systemd
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
`;
export const V1_MOUNTS = `30 23 0:26 / /sys/fs/cgroup ro,nosuid,nodev,noexec shared:9 - tmpfs tmpfs ro,mode=755
31 30 0:27 / /sys/fs/cgroup/systemd rw,nosuid shared:11 - cgroup cgroup rw,xattr,name=systemd
33 30 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid shared:15 - cgroup cgroup rw,cpu,cpuacct
34 30 0:30 / /sys/fs/cgroup/memory rw,nosuid shared:16 - cgroup cgroup rw,memory
35 30 0:31 / /sys/fs/cgroup/pids rw,nosuid shared:17 - cgroup cgroup rw,pids
`;
export const V2_MOUNTS =
  '29 23 0:25 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:9 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot\n';

const below = (folder: string, files: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(files).map(([name, text]) => [`${folder}/${name}`, text]));

const HYBRID = (controller: string) => `/sys/fs/cgroup/${controller}/dbg-engine/${ID}`;

/** A container with -m 64m --cpus 0.5 --pids-limit 50 --device-read-bps /dev/vda:1mb, after an out-of-memory kill. */
export const HYBRID_FILES = {
  '/proc/self/mountinfo': HYBRID_MOUNTS,
  '/proc/1234/cgroup': HYBRID_CGROUP,
  ...below(HYBRID('memory'), {
    'cgroup.procs': '1234\n',
    'memory.usage_in_bytes': '626688\n',
    'memory.max_usage_in_bytes': '67108864\n',
    'memory.limit_in_bytes': '67108864\n',
    'memory.soft_limit_in_bytes': '9223372036854771712\n',
    'memory.memsw.limit_in_bytes': '134217728\n',
    'memory.failcnt': '30\n',
    'memory.memsw.failcnt': '4\n',
    'memory.oom_control': 'oom_kill_disable 0\nunder_oom 0\noom_kill 2\n',
    'memory.stat': 'cache 8192\nswap 4096\ninactive_file 0\ntotal_swap 4096\ntotal_inactive_file 8192\n',
  }),
  ...below(HYBRID('cpu'), {
    'cgroup.procs': '1234\n',
    'cpu.cfs_period_us': '100000\n',
    'cpu.cfs_quota_us': '50000\n',
    'cpu.shares': '1024\n',
    'cpu.stat': 'nr_periods 25\nnr_throttled 22\nthrottled_time 1065398453\nnr_bursts 0\nburst_time 0\n',
  }),
  ...below(HYBRID('cpuacct'), { 'cgroup.procs': '1234\n', 'cpuacct.usage': '1172874366\n' }),
  ...below(HYBRID('cpuset'), { 'cgroup.procs': '1234\n', 'cpuset.cpus': '0-1\n', 'cpuset.effective_cpus': '0-1\n' }),
  ...below(HYBRID('pids'), {
    'cgroup.procs': '1234\n',
    'pids.current': '4\n',
    'pids.max': '50\n',
    'pids.events': 'max 7\n',
  }),
  ...below(HYBRID('blkio'), {
    'cgroup.procs': '1234\n',
    'blkio.throttle.io_service_bytes': '254:0 Read 1\nTotal 1\n',
    'blkio.throttle.io_service_bytes_recursive':
      '254:0 Read 4096\n254:0 Write 1048576\n254:0 Sync 1052672\n254:0 Async 0\n254:0 Discard 0\n254:0 Total 1052672\nTotal 1052672\n',
    'blkio.throttle.io_serviced_recursive': '254:0 Read 1\n254:0 Write 3\n254:0 Total 4\nTotal 4\n',
    'blkio.throttle.read_bps_device': '254:0 1048576\n',
    'blkio.throttle.write_bps_device': '',
  }),
  ...below(HYBRID('unified'), {
    'cgroup.procs': '1234\n',
    'cpu.stat': 'usage_usec 19774\nuser_usec 14830\nsystem_usec 4943\n',
    'cpu.pressure':
      'some avg10=6.70 avg60=1.21 avg300=0.25 total=1005819\nfull avg10=6.70 avg60=1.21 avg300=0.25 total=1005006\n',
    'memory.pressure':
      'some avg10=0.00 avg60=0.00 avg300=0.00 total=0\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n',
    'io.pressure': 'some avg10=0.00 avg60=0.00 avg300=0.00 total=89\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=78\n',
  }),
};

const V2 = `/sys/fs/cgroup/system.slice/docker-${ID}.scope`;

/** The same on a v2 host; no swap accounting files, CPU pressure from before Linux 5.13 (no `full`). */
export const V2_FILES = {
  '/proc/self/mountinfo': V2_MOUNTS,
  '/proc/1234/cgroup': V2_SYSTEMD_CGROUP,
  ...below(V2, {
    'cgroup.procs': '1234\n',
    'memory.current': '10485760\n',
    'memory.max': '67108864\n',
    'memory.low': '0\n',
    'memory.peak': '20971520\n',
    'memory.events': 'low 0\nhigh 0\nmax 34\noom 2\noom_kill 1\noom_group_kill 0\n',
    'memory.stat': 'anon 4194304\nfile 6291456\ninactive_file 2097152\n',
    'memory.swap.current': '4096\n',
    'memory.swap.max': 'max\n',
    'cpu.max': '50000 100000\n',
    'cpu.weight': '100\n',
    'cpu.stat':
      'usage_usec 1172874\nuser_usec 1000000\nsystem_usec 172874\nnr_periods 25\nnr_throttled 22\nthrottled_usec 1065398\n',
    'cpuset.cpus': '\n',
    'cpuset.cpus.effective': '0-3\n',
    'pids.current': '4\n',
    'pids.max': 'max\n',
    'pids.events': 'max 0\n',
    'io.stat': '254:0 rbytes=4096 wbytes=1048576 rios=1 wios=3 dbytes=0 dios=0\n7:0 \n',
    'io.max': '8:16 rbps=2097152 wbps=max riops=max wiops=120\n',
    'cpu.pressure': 'some avg10=6.70 avg60=1.21 avg300=0.25 total=1005819\n',
  }),
};
