import { Argument, Option } from 'commander';

/** What a word of the command line can be. Completion offers words of that kind. */
export type WordKind =
  | 'containers'
  /** several containers, separated by commas */
  | 'container lists'
  | 'files'
  | 'networks'
  | 'interfaces'
  /** names of docker contexts */
  | 'contexts'
  /** a program of the host, followed by its own arguments */
  | 'command'
  /** ports of a container; they are not a tool's words, and options may follow them */
  | 'ports'
  /** nothing that completion could offer */
  | 'nothing';

/** A verb's argument, with the kind of word that it takes. */
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

/** The argument for one container. `or` is the help for what else may stand there. */
export const containerArgument = ({ or = '' } = {}): VerbArgument =>
  new VerbArgument('[ctr]', `${NAME}${or}; ${ASKS}`, 'containers');

/** The argument for one container that cannot be left out, because more words follow. */
export const namedContainerArgument = (): VerbArgument => new VerbArgument('<ctr>', NAME, 'containers');

/** The argument for one container or several. `leftOut` is the help for what then happens. */
export const containersArgument = ({ leftOut = ASKS } = {}): VerbArgument =>
  new VerbArgument('[ctr]', `${NAME}; several with commas; ${leftOut}`, 'container lists');

/** The argument for a file of the host. `flags`: `<file>`. */
export const fileArgument = (flags: string, about: string): VerbArgument => new VerbArgument(flags, about, 'files');

/** The argument for a program of the host with its arguments, which are passed on as they are. */
export const commandArgument = (about: string): VerbArgument => new VerbArgument('[cmd...]', about, 'command');

/** The argument for the arguments of the verb's tool, which are passed on as they are. */
export const toolArguments = (about: string): VerbArgument => new VerbArgument(`[${TOOL_WORDS}...]`, about, 'files');

const TOOL_WORDS = 'args';

/** Whether an argument was made by `toolArguments`. */
export const takesToolArguments = (argument: Argument | undefined): boolean => argument?.name() === TOOL_WORDS;

/** An option, with the kind of its value. */
export class VerbOption extends Option {
  /** Whether its value is a file that the verb reads. */
  readonly isInput: boolean = false;

  constructor(
    flags: string,
    about: string,
    readonly kind: WordKind,
    /** for an optional value: whether the next word is the value; left out: when it is no option */
    readonly takes?: (next: string | undefined) => boolean,
  ) {
    super(flags, about);
  }
}

/** An option for a file of the person's that the verb reads. */
export const inputFileOption = (flags: string, about: string): VerbOption =>
  Object.assign(new VerbOption(flags, about, 'files'), { isInput: true });
export const fileOption = (flags: string, about: string): VerbOption => new VerbOption(flags, about, 'files');
export const networkOption = (flags: string, about: string): VerbOption => new VerbOption(flags, about, 'networks');
export const interfaceOption = (flags: string, about: string): VerbOption => new VerbOption(flags, about, 'interfaces');

/**
 * `takes` of an option that is of no use without its value: at the end of the line, completion
 * offers the value. Only another option may stand between the two.
 */
export const NEEDED = (next: string | undefined): boolean => next === undefined;
