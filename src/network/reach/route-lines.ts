import type { Host } from '../../host/host.ts';
import { toolObjects } from '../tool-json.ts';

/** A route or a rule of a network namespace, as a person reads it. */
export interface RouteLine {
  /** "default", "172.18.0.0/16", "IPv6 default", "IPv4 rule 0" */
  readonly to: string;
  /** "via 172.18.0.1 dev eth0" */
  readonly way: string;
}

interface IpRoute {
  readonly type?: string;
  readonly dst?: string;
  readonly gateway?: string;
  readonly dev?: string;
  readonly metric?: number;
  readonly flags?: readonly string[];
}

interface IpRule {
  readonly priority?: number;
  readonly src?: string;
  readonly dst?: string;
  readonly table?: string;
}

/** The rules that every network namespace has (ip-rule(8)): local, main and default. */
const USUAL_RULES = /^(0 from all lookup local|32766 from all lookup main|32767 from all lookup default)$/;

/**
 * The routes of the main table, and the rules that are not the usual ones. The source address of a
 * route is left out: it is the container's own.
 * @param inThere puts an argv into that namespace
 */
export async function routeLines(
  host: Pick<Host, 'output'>,
  inThere: (argv: readonly string[]) => string[],
): Promise<RouteLine[]> {
  const ask = async (family: '-4' | '-6', what: 'route' | 'rule') =>
    toolObjects('ip', (await host.output(inThere(['ip', family, '-j', what, 'show']))) || '[]');
  const all = await Promise.all(
    (['-4', '-6'] as const).map(async (family) => {
      const [routes, rules] = await Promise.all([ask(family, 'route'), ask(family, 'rule')]);
      const name = family === '-4' ? 'IPv4' : 'IPv6';
      return [
        ...(routes as readonly IpRoute[]).map((route) => routeLine(name, route)),
        ...(rules as readonly IpRule[]).flatMap((rule) => ruleLine(name, rule)),
      ];
    }),
  );
  return all.flat();
}

function routeLine(family: string, { type, dst, gateway, dev, metric, flags = [] }: IpRoute): RouteLine {
  const parts = [
    type,
    gateway && `via ${gateway}`,
    dev && `dev ${dev}`,
    metric === undefined ? undefined : `metric ${metric}`,
    ...flags,
  ];
  return { to: `${family} ${dst ?? ''}`, way: parts.filter(Boolean).join(' ') };
}

function ruleLine(family: string, { priority = 0, src = 'all', dst, table = '' }: IpRule): RouteLine[] {
  const way = `from ${src}${dst === undefined ? '' : ` to ${dst}`} lookup ${table}`;
  return USUAL_RULES.test(`${priority} ${way}`) ? [] : [{ to: `${family} rule ${priority}`, way }];
}
