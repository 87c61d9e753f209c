import type { Command } from 'commander';
import type { Context } from '../../context.ts';
import type { Container, ContainerSummary } from '../../engine/container.ts';
import { findContainer } from '../../engine/find-container.ts';
import type { Target } from '../../enter/target.ts';
import { DbgError } from '../../errors.ts';
import { shellQuote } from '../../text.ts';
import { networkOption } from './verb-argument.ts';
import { chosenTarget, isEnterable, requireContainer } from './chosen-container.ts';
import { repeatable } from './repeatable.ts';

/** Options that select containers without naming them: by what they have in common. */
export interface Selecting {
  readonly project?: string;
  readonly network?: string;
  readonly label?: readonly string[];
}

/** Adds the options that select containers. `which`: what they select among. */
export const addSelection = <C extends Command>(command: C, which = 'every running container'): C =>
  command
    .option('--project <name>', `${which} of a Compose project`)
    .addOption(networkOption('--network <network>', `${which} on a network`))
    .option('--label <k[=v]>', `${which} with a label; repeatable`, repeatable);

/** Whether the options select containers, so that none need be named. */
export const selects = ({ project, network, label }: Selecting): boolean =>
  project !== undefined || network !== undefined || label !== undefined;

/** The names in one word, separated by commas. */
export const namesIn = (word: string | undefined): readonly string[] => (word === undefined ? [] : word.split(','));

/**
 * Throws the usage error when no container is named or selected and nobody can be asked. It costs
 * nothing, so it is called first.
 */
export function requireContainers(ctx: Context, names: readonly string[], selection: Selecting): void {
  if (selects(selection)) return;
  for (const name of names.length > 0 ? names : [undefined]) requireContainer(ctx, name);
}

/**
 * The containers that were named, or that the options select, or the one that the person picks.
 * Each comes once. Throws a DbgError when the options select none.
 */
export async function chosenTargets(ctx: Context, names: readonly string[], selection: Selecting): Promise<Target[]> {
  if (!selects(selection)) {
    const named = await Promise.all((names.length > 0 ? names : [undefined]).map((name) => chosenTarget(ctx, name)));
    return [...new Map(named.map((target) => [target.container.id, target])).values()];
  }
  const all = await (await ctx.engine()).list();
  const selected = all.filter((each) => isEnterable(each) && isSelected(each, selection));
  if (selected.length === 0) throw noneSelected('running container', selection);
  return Promise.all(selected.map(({ id }) => chosenTarget(ctx, id)));
}

/**
 * The containers that were named, or that the options select, running or not; all of them where
 * nothing says which. Each comes once. Throws a DbgError when the options select none.
 */
export async function chosenOfAll(
  ctx: Context,
  names: readonly string[],
  selection: Selecting,
): Promise<Pick<Container, 'id' | 'name'>[]> {
  const engine = await ctx.engine();
  if (names.length > 0) {
    const named = await Promise.all(names.map((name) => findContainer(engine, name)));
    return [...new Map(named.map((container) => [container.id, container])).values()];
  }
  const selected = (await engine.list()).filter((each) => isSelected(each, selection));
  if (selected.length === 0 && selects(selection)) throw noneSelected('container', selection);
  return selected;
}

const PROJECT = 'com.docker.compose.project';

/** Whether the options select a container; without any, they select each. */
export function isSelected(
  { labels, networks }: ContainerSummary,
  { project, network, label = [] }: Selecting,
): boolean {
  const isLabelled = label.every((wanted) => {
    const [name = '', value] = wanted.split(/=(.*)/s);
    return name in labels && (value === undefined || labels[name] === value);
  });
  const isInProject = project === undefined || labels[PROJECT] === project;
  return isLabelled && isInProject && (network === undefined || networks.includes(network));
}

function noneSelected(what: string, { project, network, label = [] }: Selecting): DbgError {
  const filters = [
    ...(project === undefined ? [] : [`label=${PROJECT}=${project}`]),
    ...(network === undefined ? [] : [`network=${network}`]),
    ...label.map((each) => `label=${each}`),
  ];
  const command = `docker ps -a ${filters.map((filter) => `--filter ${shellQuote(filter)}`).join(' ')}`;
  return new DbgError(`no ${what} has ${filters.join(' and ')}`, {
    next: [{ what: 'see all of them', command }],
  });
}
