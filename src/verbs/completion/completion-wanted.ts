import type { Argument, Command, Option } from 'commander';
import { VerbArgument, VerbOption, type WordKind } from '../../cli/arguments/verb-argument.ts';

/** A word that can be typed, with the description that some shells show beside it. */
export interface Candidate {
  readonly word: string;
  readonly about: string;
}

/**
 * What the word at the cursor can be. `container` is the container that was named before it, if
 * any.
 */
export type ExpectedWord =
  | { readonly kind: 'words'; readonly words: readonly Candidate[] }
  | { readonly kind: 'containers' | 'container lists' | 'contexts' | 'files' | 'nothing' }
  | { readonly kind: 'networks' | 'interfaces'; readonly container: string | undefined }
  /** a program of the host and its arguments; `from` is the index of the program's word */
  | { readonly kind: 'command'; readonly from: number };

/** Reads the words after `dbg` as commander would, and tells what the last one can be. */
export function expectedWord(root: Command, words: readonly string[]): ExpectedWord {
  const typed = words.at(-1) ?? '';
  const { command, operands, awaits, optionsEnded, toolFrom } = read(root, words.slice(0, -1));
  const container = operands[0];
  if (awaits) return valueOf(awaits, container);
  if (toolFrom !== undefined) {
    const kind = kindOf(command.registeredArguments.at(-1));
    return kind === 'command' ? { kind, from: toolFrom } : { kind: kind === 'files' ? kind : 'nothing' };
  }
  if (typed.startsWith('-') && !optionsEnded) {
    if (!typed.includes('=')) return { kind: 'words', words: optionWords(command) };
    const option = optionOf(command, typed);
    return option ? valueOf(option, container) : NOTHING;
  }
  return operandOf(root, command, operands.length, words.length - 1);
}

const NOTHING = { kind: 'nothing' } as const;

interface Read {
  readonly command: Command;
  readonly operands: readonly string[];
  /** the option whose value is the next word */
  readonly awaits?: Option | undefined;
  readonly optionsEnded?: boolean;
  /** the index of the word at which the tool's own command line begins */
  readonly toolFrom?: number;
}

function read(root: Command, words: readonly string[]): Read {
  let command = root;
  const operands: string[] = [];
  let optionsEnded = false;
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    if (word === '--' && !optionsEnded) {
      const isTools = operandsBeforeTool(command) === 0 || (operands.length === 0 && asksForContainer(command));
      if (isTools) return { command, operands, toolFrom: at + 1 };
      optionsEnded = true;
    } else if (word.startsWith('-') && word !== '-' && !optionsEnded) {
      const option = optionOf(command, word);
      if (!option || word.includes('=') || !takesValue(option, words[at + 1])) continue;
      if (++at === words.length) return { command, operands, awaits: option };
    } else {
      // `dbg api snoop docker …`: no operand comes before the command.
      if (operandsBeforeTool(command) === 0) return { command, operands, toolFrom: at };
      const verb = operands.length === 0 ? verbs(command).find((each) => each.name() === word) : undefined;
      if (verb) command = verb;
      else operands.push(word);
      if (!verb && operands.length === operandsBeforeTool(command)) {
        return { command, operands, toolFrom: words[at + 1] === '--' ? at + 2 : at + 1 };
      }
    }
  }
  return { command, operands, optionsEnded };
}

/**
 * How many operands come before the tool's words. undefined for a verb that runs no tool, and takes
 * its options anywhere.
 */
function operandsBeforeTool({ registeredArguments }: Command): number | undefined {
  const last = registeredArguments.at(-1);
  return last?.variadic && !MANY.includes(kindOf(last)) ? registeredArguments.length - 1 : undefined;
}

/** `dbg top web db --json`: what may come again and again, and is no word of a tool. */
const MANY: readonly WordKind[] = ['container lists', 'ports'];

/**
 * Whether the verb can run a program without a container being named, as in `dbg shell -- CMD`. dbg
 * then asks which container.
 */
const asksForContainer = ({ registeredArguments: [first, second] }: Command): boolean =>
  first?.required === false && kindOf(second) === 'command';

function optionOf(command: Command, word: string): Option | undefined {
  const name = word.split('=')[0];
  return command.options.find(({ long, short }) => long === name || short === name);
}

function takesValue(option: Option, next: string | undefined): boolean {
  const { required, optional } = option;
  if (required || !optional) return required;
  if (option instanceof VerbOption && option.takes) return option.takes(next);
  return next !== undefined && !next.startsWith('-');
}

function valueOf(option: Option, container: string | undefined): ExpectedWord {
  if (option.argChoices) return { kind: 'words', words: option.argChoices.map((word) => ({ word, about: '' })) };
  return wantedOf(option instanceof VerbOption ? option.kind : 'nothing', container, 0);
}

function operandOf(root: Command, command: Command, index: number, at: number): ExpectedWord {
  if (index === 0 && command.commands.length > 0) return { kind: 'words', words: verbWords(command) };
  const last = command.registeredArguments.at(-1);
  const argument = command.registeredArguments[index] ?? (last?.variadic ? last : undefined);
  if (argument === undefined) return NOTHING;
  if (argument.argChoices) return { kind: 'words', words: argument.argChoices.map((word) => ({ word, about: '' })) };
  // An argument of `dbg help`, which commander adds: a verb.
  if (!(argument instanceof VerbArgument)) return { kind: 'words', words: verbWords(root) };
  return wantedOf(argument.kind, undefined, at);
}

const kindOf = (argument: Argument | undefined): WordKind =>
  argument instanceof VerbArgument ? argument.kind : 'nothing';

/**
 * What a word of this kind can be. `container` is the container named before it; `from` is the
 * index of the word.
 */
function wantedOf(kind: WordKind, container: string | undefined, from: number): ExpectedWord {
  if (kind === 'command') return { kind, from };
  if (kind === 'ports') return NOTHING;
  return kind === 'networks' || kind === 'interfaces' ? { kind, container } : { kind };
}

/** The verbs that the help shows, including `help`. */
const verbs = (command: Command) => command.createHelp().visibleCommands(command);

const verbWords = (command: Command) => verbs(command).map((verb) => ({ word: verb.name(), about: verb.summary() }));

function optionWords(command: Command): Candidate[] {
  const options = command.createHelp().visibleOptions(command);
  return options.flatMap(({ long, short, description }) =>
    [long, short].flatMap((word) => (word ? [{ word, about: description }] : [])),
  );
}
