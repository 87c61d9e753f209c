import type { Lab, RunOptions } from './lab.ts';

/**
 * Looks at every process in /proc, again and again, for the host: its files by root, cwd and open descriptors, where /mark is a file
 * of it, and its programs by exe, which it opens, and opens anew for writing when nobody runs them any more (CVE-2019-5736). It
 * writes nothing into them. What it finds is kept in /tmp/hits.
 */
const LOOK = `
program() {
  case $(readlink "$1/exe") in '' | /bin/* | *deleted*) return ;; esac
  exec 7<"$1/exe" || return
  while [ -e "$1" ]; do usleep 1000; done
  usleep 20000
  true >>/proc/$$/fd/7 && echo "program $1" >>/tmp/hits
}
while :; do
  for p in /proc/[0-9]*; do
    [ -e "$p/root/etc/debian_version" ] && echo "root $p" >>/tmp/hits
    [ "$p/cwd/package.json" -ef /mark ] && echo "cwd $p" >>/tmp/hits
    for f in $p/fd/*; do [ "$f" -ef /mark ] && echo "file $f" >>/tmp/hits; done
    [ "$WHOSE" != host ] && [ -r "$p/exe" ] && program "$p" 2>/dev/null
  done
done`;

export interface Looker {
  readonly name: string;
  /** what it found so far */
  hits(): Promise<string>;
}

/**
 * Starts a container that looks; `docker run`'s options are the test's, and run from the top of the repository.
 * @param before what is to be there before it looks: a container that starts in its pid namespace shows it the host's root (runc)
 */
export async function startLooker(
  lab: Lab,
  suffix: string,
  { options = [] }: RunOptions = {},
  before: (name: string) => Promise<unknown> = () => Promise.resolve(),
): Promise<Looker> {
  const whose = options.includes('host') ? 'host' : 'own';
  const name = await lab.run(suffix, { options: ['-v', `${process.cwd()}/package.json:/mark:ro`, ...options] });
  await before(name);
  await lab.docker('exec', '-d', '-e', `WHOSE=${whose}`, name, 'sh', '-c', LOOK);
  return { name, hits: async () => lab.docker('exec', name, 'sh', '-c', 'sort -u /tmp/hits 2>/dev/null || true') };
}
