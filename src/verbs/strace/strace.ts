import { addPid, operandsOf, refuseToolsOption } from '../../cli/arguments/by-pid.ts';
import { containerArgument, NEEDED, toolArguments, VerbOption } from '../../cli/arguments/verb-argument.ts';
import { Option } from 'commander';
import type { Context } from '../../context.ts';
import { usageError } from '../../errors.ts';
import { Verb } from '../../cli/verb.ts';
import { trace, type TraceOptions } from './strace-run.ts';

interface StraceOptions extends TraceOptions {
  /** true: the files come after another option, as operands */
  readonly diff?: readonly string[] | true;
  readonly json?: boolean;
}

export function straceCommand(ctx: Context): Verb {
  return (
    addPid(new Verb('strace'))
      .summary("the host's strace on a container's processes, or on a command started inside")
      .description(
        "Run the host's strace on a container's main process, its threads and children. What follows CTR goes to strace untouched; a command behind -- is started inside, as the container's user with its files, and traced from its first call.",
      )
      .usage('[OPTIONS] [CTR] [STRACE ARG…] [-- CMD [ARG…]]')
      .addArgument(containerArgument())
      .addArgument(toolArguments("strace's own options; -- and a command to start inside"))
      .addOption(
        new Option(
          '--process <name|pid>',
          'another process: its command, or its PID, on the host or inside; one that fits two is an error',
        ).conflicts(['all', 'diff']),
      )
      .addOption(new Option('--all', "all the container's processes").conflicts('diff'))
      .addOption(
        new VerbOption(
          '--diff [file...]',
          'compare two traces: show the first system call that differs; needs no container',
          'files',
          NEEDED,
        ),
      )
      .option('--json', 'with --diff: the result as JSON')
      .option('--dry-run', 'print the command, run nothing')
      .passThroughOptions()
      // With --pid, no container comes before the tool's options.
      .allowUnknownOption()
      .addHelpText('after', EXAMPLES)
      .readsFiles((verb) => ({ files: [], areAll: verb.opts()['diff'] !== undefined }))
      .runs(async (container: string | undefined, args: string[], { diff, ...options }: StraceOptions) => {
        if (diff === undefined && options.json) throw jsonWithoutDiff();
        if (diff === undefined) {
          if (options.pid === undefined) refuseToolsOption('strace', container);
          const { ref, words } = await operandsOf(ctx, container, args, options);
          return trace(ctx, ref, words, options);
        }
        // The files may also be separated by an option (`--diff A --json B`) or come behind one
        // (`--diff --json A B`).
        const files = [...(diff === true ? [] : diff), ...(container === undefined ? [] : [container]), ...args];
        return (await import('./strace-diff.ts')).showDifference(ctx, files, options.json === true);
      })
  );
}

const jsonWithoutDiff = () =>
  usageError('--json needs --diff: a trace itself is text', [
    { what: 'compare two traces', command: 'dbg strace --diff good.trace bad.trace --json' },
  ]);

const EXAMPLES = `
Examples:
  dbg strace web
  dbg strace web -e trace=network -o web.trace
  dbg strace --process nginx web
  dbg strace web -- cat /etc/app.conf
  dbg strace --diff good.trace bad.trace`;
