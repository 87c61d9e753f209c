import { NEEDED, VerbOption } from '../../../cli/arguments/verb-argument.ts';
import { Option, type Command } from 'commander';

/** The options of `dbg veth` that are about the whole host. */
export interface HostOptions {
  readonly all?: boolean;
  readonly dot?: boolean;
  readonly mermaid?: boolean;
  readonly watch?: string | true;
  /** true: the device comes after another option, as an operand */
  readonly reverse?: string | true;
  readonly label?: boolean;
  readonly unlabel?: boolean;
  readonly json?: boolean;
  readonly dryRun?: boolean;
}

const ONE_CONTAINERS = ['down', 'up', 'interface', 'network'];

/** Adds these options, with those that each conflicts with. */
export function addHostOptions<C extends Command>(command: C): C {
  const wish = (flags: string, about: string, others: readonly string[]) =>
    new Option(flags, about).conflicts([...ONE_CONTAINERS, ...others]);
  return command
    .addOption(wish('--all', 'list every interface of every running container, by network', ['dryRun']))
    .addOption(
      wish('--watch [seconds]', 'with --all: list again every so many seconds (default: 2), with rates', [
        'dot',
        'mermaid',
        'reverse',
      ]),
    )
    .addOption(wish('--dot', 'with --all: print a graph for Graphviz', ['json', 'mermaid']))
    .addOption(wish('--mermaid', 'with --all: print a graph for Mermaid', ['json', 'dot']))
    .addOption(
      new VerbOption('--reverse [device]', 'which container is behind this host device', 'nothing', NEEDED).conflicts([
        ...ONE_CONTAINERS,
        'all',
        'dryRun',
      ]),
    )
    .addOption(
      wish('--label', 'give host devices a readable second name, an altname (web.eth0); without CTR: all of them', [
        'all',
        'reverse',
        'unlabel',
      ]),
    )
    .addOption(wish('--unlabel', 'take those names away', ['all', 'reverse']));
}

const WISHES = ['all', 'dot', 'mermaid', 'watch', 'reverse', 'label', 'unlabel'] as const;

/** Whether an option about the whole host was given. */
export function isHostWish(options: HostOptions): boolean {
  return WISHES.some((name) => options[name] !== undefined);
}
