import { addPid, type PidOption } from './by-pid.ts';
import { fileOption, inputFileOption } from './verb-argument.ts';
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
  "\n$DBG_ROOT is the container's root directory. An absolute link in it leads to the HOST's files.\nTo follow links inside the container, read with dbg cat CTR PATH and write with docker cp.\n";

/**
 * Adds the options that say how to enter, for every verb that runs a host's tool in a container.
 * @param hasShort whether to add docker exec's -u, -w and -e; false where they would be taken for
 * the tool's own
 */
export function addEntryOptions<C extends Command>(command: C, hasShort = true): C {
  const flags = (short: string, long: string) => (hasShort ? `${short}, ${long}` : long);
  if (hasShort) {
    const about = "add the variables of a file, in the format of docker's --env-file; repeatable";
    command.addOption(inputFileOption('--env-file <file>', about).argParser(repeatable));
  }
  return addFromContainer(addPid(command))
    .option(
      '--ns <list>',
      "namespaces to join: net,uts,ipc,mnt,pid,user,cgroup (default: net,uts,ipc). mnt joins pid too, and runs the image's program, which stays in the host's namespaces that you leave out. pid without mnt: the container sees the tool, and reaches the host's files through whatever the tool runs with less than root's rights",
    )
    .addOption(
      new Option(
        '--all',
        "join all namespaces: run the container's own program, with its files, its user and its rights",
      ).conflicts('ns'),
    )
    .option('--full-rights', "with --all or --ns mnt: all of root's rights; a hostile image gets your host")
    .option('--host-view', "leave the host's /sys, resolv.conf, hosts and hostname in place")
    .option(
      '--cgroup',
      "join the container's cgroup: its limits apply to the tool, docker top shows it (default with --all and --ns mnt)",
    )
    .option('--no-cgroup', "stay in dbg's own cgroup, also with --all and --ns mnt")
    .option(
      flags('-u', '--user <uid[:gid]>'),
      'run as this uid of the host, or as "container": the user of its main process; with --all or --ns mnt also as a user name of the container',
    )
    .addOption(
      new Option(
        '--caps <whose>',
        "run with the container's capabilities and no-new-privs; root is still the host's root, to whom the host's files belong",
      ).choices(['container']),
    )
    .addOption(fileOption(flags('-w', '--workdir <dir>'), 'start in this directory'))
    .option(flags('-e', '--env <k=v>'), 'add to the environment; repeatable', repeatable)
    .option('--dry-run', 'print the command, run nothing');
}
