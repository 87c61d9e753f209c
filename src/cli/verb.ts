import { Command } from 'commander';

/**
 * A verb of the command line. commander drops what an action gives. A verb keeps it, as it is the
 * exit code.
 */
export class Verb extends Command {
  /** undefined: the verb was not called */
  exitCode: number | undefined;

  /**
   * Sets what the verb does. `act` gets the operands, the options, and this verb. It gives the exit
   * code.
   */
  runs(act: (...args: never[]) => number | Promise<number>): this {
    return this.action(async (...args: unknown[]) => {
      this.exitCode = await act(...(args as never[]));
    });
  }
}

/** A command with all commands below it: verbs, and the commands that group them. */
export const withSubcommands = (command: Command): Command[] => [
  command,
  ...command.commands.flatMap((each) => withSubcommands(each)),
];

/** The exit code of the verb that was called; 0 when none was. */
export function exitCodeOf(root: Command): number {
  const called = withSubcommands(root).find((each) => each instanceof Verb && each.exitCode !== undefined);
  return (called as Verb | undefined)?.exitCode ?? 0;
}
