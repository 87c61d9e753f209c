import { addPid, type PidOption } from './by-pid.ts';
import { fileOption } from './verb-argument.ts';
import { type Command, Option } from 'commander';
import type { EntryWish } from '../../enter/entry-plan.ts';
import { repeatable } from './repeatable.ts';
import { addFromContainer } from './variables.ts';

export interface EntryOptions extends EntryWish, PidOption {
  /** the names of variables that are wanted; empty: list all names */
  readonly envFromContainer?: readonly string[];
  /** docker's files of variables; --env goes before them */
  readonly envFile?: readonly string[];
  readonly dryRun?: boolean;
  readonly quiet?: boolean;
}

/** A text for the help of verbs in which a person names files. */
export const ROOT_HELP =
  "\n$DBG_ROOT is the container's root directory. An absolute link in it leads to the HOST's files,\nto read and to write: dbg cat CTR PATH reads through links inside, docker cp writes.\n";

/**
 * Adds the options that say how to enter, for every verb that runs a host's tool in a container.
 * @param hasShort whether to add docker exec's -u, -w and -e; false where they would be taken for
 * the tool's own
 */
export function addEntryOptions<C extends Command>(command: C, hasShort = true): C {
  const flags = (short: string, long: string) => (hasShort ? `${short}, ${long}` : long);
  if (hasShort) {
    const about = 'the same from a file, as docker reads it; repeatable';
    command.addOption(fileOption('--env-file <file>', about).argParser(repeatable));
  }
  return addFromContainer(addPid(command))
    .option(
      '--ns <list>',
      "namespaces to join: net,uts,ipc,mnt,pid,user,cgroup (default: net,uts,ipc); pid without mnt shows the tool, which has the host's files, to the container: what it runs with less than root's rights opens them to it; mnt brings pid with it, and the image's program is in the host's namespaces that you leave out",
    )
    .addOption(
      new Option(
        '--all',
        "the full entry: the container's own program, with its files, its user and its rights",
      ).conflicts('ns'),
    )
    .option('--full-rights', "with --all or --ns mnt: all of root's rights; a hostile image gets your host")
    .option('--host-view', "leave the host's /sys, resolv.conf, hosts and hostname in place")
    .option('--cgroup', "join the container's cgroup: its limits count, docker top shows it (default with its files)")
    .option('--no-cgroup', "stay in dbg's own, also with the container's files")
    .option(
      flags('-u', '--user <uid[:gid]>'),
      'run as this user of the host\'s numbering, or as "container": as its main process; with --all or --ns mnt also by a name of the container\'s',
    )
    .addOption(
      new Option(
        '--caps <whose>',
        "capabilities and no-new-privs as the container's; a root user stays the host's, with the host's files",
      ).choices(['container']),
    )
    .addOption(fileOption(flags('-w', '--workdir <dir>'), 'start there'))
    .option(flags('-e', '--env <k=v>'), 'add to the environment; repeatable', repeatable)
    .option('--dry-run', 'print the command, run nothing');
}
