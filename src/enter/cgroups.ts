/**
 * The `cgroup.procs` files of all cgroups of a process, one for each hierarchy in which it is not at the root: cgroup v1 has one
 * hierarchy for each controller, v2 has one, hybrid both (cgroups(7)). Writing one's pid there joins.
 * @param cgroup /proc/PID/cgroup: lines ID:CONTROLLERS:PATH
 * @param mountinfo /proc/self/mountinfo: where the hierarchies are mounted
 */
export function cgroupProcs(cgroup: string, mountinfo: string): string[] {
  const mounts = mountinfo.split('\n').flatMap(parseCgroupMount);
  return cgroup.split('\n').flatMap((line) => {
    const [, , controllers = '', path = ''] = /^(\d+):([^:]*):(\/.*)$/.exec(line) ?? [];
    if (path === '' || path === '/') return [];
    const mount = mounts.find((each) =>
      controllers === '' ? each.type === 'cgroup2' : each.options.includes(controllers.split(',')[0]!),
    );
    return mount ? [`${mount.point}${below(mount.root, path)}/cgroup.procs`] : [];
  });
}

interface CgroupMount {
  readonly type: string;
  /** which cgroup is mounted there: not "/" inside a container */
  readonly root: string;
  readonly point: string;
  readonly options: readonly string[];
}

/** proc(5): ID PARENT MAJOR:MINOR ROOT POINT OPTIONS FIELDS… - TYPE SOURCE SUPER-OPTIONS */
function parseCgroupMount(line: string): CgroupMount[] {
  const [mount = '', filesystem = ''] = line.split(' - ');
  const [, , , root = '', point = ''] = mount.split(' ');
  const [type = '', , options = ''] = filesystem.split(' ');
  return type === 'cgroup' || type === 'cgroup2' ? [{ type, root, point, options: options.split(',') }] : [];
}

/** A cgroup's path as seen from a mount whose root is another cgroup. */
function below(root: string, path: string): string {
  return root !== '/' && path.startsWith(`${root}/`) ? path.slice(root.length) : path;
}
