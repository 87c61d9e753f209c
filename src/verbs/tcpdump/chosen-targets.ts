import type { Context } from '../../context.ts';
import type { ContainerSummary } from '../../engine/container.ts';
import type { Target } from '../../enter/target.ts';
import { DbgError } from '../../errors.ts';
import { shellQuote } from '../../text.ts';
import { chosenTarget, isEnterable } from '../../cli/chosen-container.ts';
import type { TcpdumpOptions } from './tcpdump-options.ts';
import { unique } from '../../jobs/capture/container-points.ts';
import { selects } from './typed-wish.ts';

/** The containers to capture on: those that were named, those that the options select, or the one that is picked. */
export async function chosenTargets(ctx: Context, refs: readonly string[], options: TcpdumpOptions): Promise<Target[]> {
  if (!selects(options)) {
    const named = await Promise.all((refs.length > 0 ? refs : [undefined]).map((ref) => chosenTarget(ctx, ref)));
    return unique(named, ({ container }) => container.id);
  }
  const all = await (await ctx.engine()).list();
  const selected = all.filter((each) => isEnterable(each) && isSelected(each, options));
  if (selected.length === 0) throw noneSelected(options);
  return Promise.all(selected.map(({ id }) => chosenTarget(ctx, id)));
}

const PROJECT = 'com.docker.compose.project';

function isSelected({ labels, networks }: ContainerSummary, { project, network, label = [] }: TcpdumpOptions): boolean {
  const isLabelled = label.every((wanted) => {
    const [name = '', value] = wanted.split(/=(.*)/s);
    return name in labels && (value === undefined || labels[name] === value);
  });
  const isInProject = project === undefined || labels[PROJECT] === project;
  return isLabelled && isInProject && (network === undefined || networks.includes(network));
}

function noneSelected({ project, network, label = [] }: TcpdumpOptions): DbgError {
  const filters = [
    ...(project === undefined ? [] : [`label=${PROJECT}=${project}`]),
    ...(network === undefined ? [] : [`network=${network}`]),
    ...label.map((each) => `label=${each}`),
  ];
  const command = `docker ps -a ${filters.map((filter) => `--filter ${shellQuote(filter)}`).join(' ')}`;
  return new DbgError(`no running container has ${filters.join(' and ')}`, {
    next: [{ what: 'see all of them', command }],
  });
}
