import { type Command, InvalidArgumentError } from 'commander';
import type { EngineWish } from '../../engine/choice/engine-wish.ts';
import { takesToolArguments, VerbOption, type WordKind } from './verb-argument.ts';

/** The same as an EngineWish, while the command line is read. */
export interface EngineWishRead extends EngineWish {
  readonly hosts: string[];
  context?: string;
  tls?: boolean;
  tlsVerify?: boolean;
  readonly files: { ca?: string; cert?: string; key?: string };
  /** every context that there is */
  allContexts?: boolean;
  /** how dbg gets to where the containers are; undefined: as the engine's address says */
  via?: Via;
}

/** `here`: dbg is there. `ssh`: by ssh. `helper`: in a container of dbg's own on that engine. */
const VIA = ['here', 'ssh', 'helper'] as const;
export type Via = (typeof VIA)[number];

export const emptyWish = (): EngineWishRead => ({ hosts: [], files: {} });

interface EngineOption {
  readonly short?: string;
  readonly long: string;
  /** its value in the help; undefined: it takes none */
  readonly value?: string;
  readonly about: string;
  readonly kind: WordKind;
  readonly set: (wish: EngineWishRead, value: string) => void;
}

/** docker's own options for naming an engine, with docker's meaning. */
const OPTIONS: readonly EngineOption[] = [
  {
    short: '-H',
    long: '--host',
    value: 'address',
    about: 'the engine at this address: unix:///PATH, tcp://HOST:PORT, ssh://USER@HOST',
    kind: 'nothing',
    set: (wish, value) => void wish.hosts.push(value),
  },
  {
    short: '-c',
    long: '--context',
    value: 'name',
    about: "the engine of this docker context (dbg context ls); several: a,b or 'prod-*'",
    kind: 'contexts',
    set: (wish, value) => (wish.context = value),
  },
  {
    long: '--all-contexts',
    about: 'all engines that docker has a context for, side by side',
    kind: 'nothing',
    set: (wish) => (wish.allContexts = true),
  },
  {
    long: '--tls',
    about: 'with -H: speak TLS, and accept any certificate',
    kind: 'nothing',
    set: (wish) => (wish.tls = true),
  },
  {
    long: '--tlsverify',
    about: "with -H: speak TLS, and verify the engine's certificate",
    kind: 'nothing',
    set: (wish) => (wish.tlsVerify = true),
  },
  {
    long: '--tlscacert',
    value: 'file',
    about: 'the CA of that certificate (default: ca.pem in $DOCKER_CERT_PATH or ~/.docker)',
    kind: 'files',
    set: ({ files }, value) => (files.ca = value),
  },
  {
    long: '--tlscert',
    value: 'file',
    about: 'your certificate (default: cert.pem there)',
    kind: 'files',
    set: ({ files }, value) => (files.cert = value),
  },
  {
    long: '--tlskey',
    value: 'file',
    about: 'its key (default: key.pem there)',
    kind: 'files',
    set: ({ files }, value) => (files.key = value),
  },
  {
    long: '--via',
    value: 'way',
    about: "how to get to the containers: here, ssh, helper (a container of dbg's own); default: by the address",
    kind: 'nothing',
    set: (wish, value) => {
      const via = VIA.find((way) => way === value);
      if (via === undefined) throw new InvalidArgumentError(`It is one of ${VIA.join(', ')}.`);
      wish.via = via;
    },
  },
];

/**
 * Adds the options that name an engine. What is read goes into `wish`. An option that the command
 * has itself stays the command's. A verb that passes words on to a tool of its own gets the long
 * forms alone: `-c` before a container could be tcpdump's, strace's or tcpflow's.
 * @param isShown whether the help lists them; docker lists them for no subcommand either
 */
export function addEngineOptions<C extends Command>(command: C, wish: EngineWishRead, isShown: boolean): C {
  const own = new Set(command.options.flatMap(({ short, long }) => [short, long]));
  for (const { short, long, value, about, kind, set } of OPTIONS) {
    if (own.has(long)) continue;
    const isShort = short !== undefined && !own.has(short) && !takesToolArguments(command.registeredArguments.at(-1));
    const flags = `${isShort ? `${short}, ` : ''}${long}${value === undefined ? '' : ` <${value}>`}`;
    const option = new VerbOption(flags, about, kind);
    if (value === undefined) command.on(`option:${long.slice(2)}`, () => set(wish, ''));
    else option.argParser((text: string) => valueFor(long, text, (meant) => set(wish, meant)));
    command.addOption(isShown ? option : option.hideHelp());
  }
  return command;
}

function valueFor(long: string, text: string, set: (meant: string) => void): string {
  // docker's -H=ADDRESS means the same as -H ADDRESS.
  const meant = text.replace(/^=/, '');
  if (meant === '' && long !== '--host') throw new InvalidArgumentError('It is empty.');
  set(meant);
  return meant;
}

/** How many words at the beginning of a command line name an engine; the verb comes after them. */
export function engineWordsIn(words: readonly string[]): number {
  let at = 0;
  for (;;) {
    const word = words[at] ?? '';
    const name = word.startsWith('--') ? word.split('=')[0] : word.slice(0, 2);
    const option = OPTIONS.find(({ short, long }) => name !== '' && (name === short || name === long));
    if (option === undefined) return Math.min(at, words.length);
    const isValueNext = option.value !== undefined && word === name;
    at += isValueNext ? 2 : 1;
  }
}

/** Whether the options name several engines: `-c a,b`, `-c 'prod-*'`, --all-contexts. */
export const namesSeveral = ({ context, allContexts }: EngineWishRead): boolean =>
  allContexts === true || /[,*?]/.test(context ?? '');
