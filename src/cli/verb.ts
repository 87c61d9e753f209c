import { Command } from 'commander';

/**
 * A verb of the command line. commander drops what an action gives. A verb keeps it, as it is the
 * exit code.
 */
export class Verb extends Command {
  /** undefined: the verb was not called */
  exitCode: number | undefined;
  /** where it runs when its containers are on another host */
  place: VerbPlace = 'there';
  /**
   * How answers of several engines are put together; undefined: the verb asks one engine alone.
   * `rows`: when each has answered. `stream`: line by line, as they come.
   */
  several: 'rows' | 'stream' | undefined;
  /** which of the words are files that the verb reads; undefined: none */
  inputs: ((verb: Verb) => Inputs) | undefined;
  /**
   * Runs the verb on the host where its containers are, and gives its exit code; undefined when
   * that is this host.
   */
  elsewhere: ((verb: Verb) => Promise<number | undefined>) | undefined;

  /** Sets where the verb runs when its containers are on another host. */
  runsWhere(place: VerbPlace): this {
    this.place = place;
    return this;
  }

  /**
   * Sets which of the words are files that the verb reads. They are the person's, wherever the verb
   * runs.
   */
  readsFiles(inputs: (verb: Verb) => Inputs): this {
    this.inputs = inputs;
    return this;
  }

  /** Lets several engines be asked at once. */
  asksSeveral(how: NonNullable<Verb['several']>): this {
    this.several = how;
    return this;
  }

  /**
   * Sets what the verb does. `act` gets the operands, the options, and this verb. It gives the exit
   * code.
   */
  runs(act: (...args: never[]) => number | Promise<number>): this {
    return this.action(async (...args: unknown[]) => {
      this.exitCode = (await this.elsewhere?.(this)) ?? (await act(...(args as never[])));
    });
  }
}

/**
 * Where a verb runs when its containers are on another host.
 * - `there`: where the containers are.
 * - `terminal`: there too, and its program or screen takes the whole terminal, if there is one.
 * - `here`: in front of the person. All that it needs is here, or comes from the engine.
 * - `listens`: nowhere. It listens on a port, and a port of the other host leads to nobody here.
 */
export type VerbPlace = 'there' | 'terminal' | 'here' | 'listens';

/** Files that a verb reads. */
export interface Inputs {
  readonly files: readonly string[];
  /** Whether it needs nothing else: neither an engine nor a container. */
  readonly areAll: boolean;
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
