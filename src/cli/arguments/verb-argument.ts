import { Argument, Option } from 'commander';

/** What a word of the command line can be: completion offers that. */
export type WordKind =
  | 'containers'
  /** several with commas */
  | 'container lists'
  | 'files'
  | 'networks'
  | 'interfaces'
  /** a program of the host, and its own arguments behind it */
  | 'command'
  /** nothing that a shell could list */
  | 'nothing';

/** A verb's argument, which says what it is. */
export class VerbArgument extends Argument {
  constructor(
    flags: string,
    about: string,
    readonly kind: WordKind,
  ) {
    super(flags, about);
  }
}

const NAME = 'name, id or an unambiguous prefix';
const ASKS = 'left out on a terminal, dbg asks';

/** One container; `or` is what else may stand there. */
export const containerArgument = ({ or = '' } = {}): VerbArgument =>
  new VerbArgument('[ctr]', `${NAME}${or}; ${ASKS}`, 'containers');

/** One container that has to be named: more words follow. */
export const namedContainerArgument = (): VerbArgument => new VerbArgument('<ctr>', NAME, 'containers');

/** One container or several. */
export const containersArgument = (): VerbArgument =>
  new VerbArgument('[ctr]', `${NAME}; several with commas; ${ASKS}`, 'container lists');

/** A file of the host's. `flags`: `<file>`. */
export const fileArgument = (flags: string, about: string): VerbArgument => new VerbArgument(flags, about, 'files');

/** A program of the host with its arguments, which are handed on as they are. */
export const commandArgument = (about: string): VerbArgument => new VerbArgument('[cmd...]', about, 'command');

/** The arguments of the tool that the verb runs, which are handed on as they are. */
export const toolArguments = (about: string): VerbArgument => new VerbArgument('[args...]', about, 'files');

/** An option whose value is of a kind. */
export class VerbOption extends Option {
  constructor(
    flags: string,
    about: string,
    readonly kind: WordKind,
    /** of an optional value: whether the next word is one; otherwise each that is no option */
    readonly takes?: (next: string | undefined) => boolean,
  ) {
    super(flags, about);
  }
}

export const fileOption = (flags: string, about: string): VerbOption => new VerbOption(flags, about, 'files');
export const networkOption = (flags: string, about: string): VerbOption => new VerbOption(flags, about, 'networks');
export const interfaceOption = (flags: string, about: string): VerbOption => new VerbOption(flags, about, 'interfaces');

/** Of an option that is of no use without its value: only another option may come between. */
export const NEEDED = (next: string | undefined): boolean => next === undefined;
