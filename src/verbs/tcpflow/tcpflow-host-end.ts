import type { Context } from '../../context.ts';
import { tellPaused } from '../../enter/paused.ts';
import { DbgError } from '../../errors.ts';
import type { ContainerInterface, ContainerNetwork } from '../../network/interfaces.ts';
import { inNetns, type NetnsPath } from '../../network/netns-path.ts';
import { shellQuote } from '../../text.ts';
import { dryRunText } from '../../cli/root.ts';
import { withContainerNetwork } from '../../cli/container-network.ts';
import SAME_NETWORK from './same-network.sh';

export interface HostEndWish {
  readonly container: string | undefined;
  /** the container's interface that is meant; undefined where it has only one */
  readonly only: string | undefined;
  /** gives the argv to run on that device */
  readonly plan: (device: string) => Promise<readonly string[]>;
  readonly dryRun: boolean | undefined;
}

/**
 * Runs a tool on the device at the other end of a container's interface, in that device's network
 * namespace. Gives the exit code.
 */
export async function atHostEnd(ctx: Context, { container, only, plan, dryRun }: HostEndWish): Promise<number> {
  return withContainerNetwork(ctx, container, (network) => runAtHostEnd(ctx, network, { only, plan, dryRun }));
}

async function runAtHostEnd(
  ctx: Context,
  network: ContainerNetwork,
  { only, plan, dryRun }: Omit<HostEndWish, 'container'>,
): Promise<number> {
  tellPaused(ctx, network.target);
  const { device, place } = chosenEnd(network, only);
  const argv = await plan(device.name);
  const line = inNetns(ctx.host, place, place.netns === undefined ? argv : checked(place.netns, argv));
  if (dryRun) {
    ctx.stdout.write(dryRunText(ctx, [line]));
    return 0;
  }
  const { exitCode } = await ctx.host.run(line);
  return exitCode;
}

const checked = (netns: NonNullable<NetnsPath['netns']>, argv: readonly string[]) => [
  'sh',
  '-c',
  SAME_NETWORK,
  'dbg',
  String(netns),
  ...argv,
];

/**
 * The one end that is meant. Throws a DbgError where there is none, where it could be several, or
 * where it is not proven.
 */
export function chosenEnd(
  { target, isHosts, interfaces }: ContainerNetwork,
  only: string | undefined,
): Pick<ContainerInterface, 'place'> & { device: NonNullable<ContainerInterface['device']> } {
  const { name } = target.container;
  const inThere = { what: 'capture in it', command: `dbg tcpflow ${shellQuote(name)}` };
  if (isHosts) {
    throw new DbgError(`container "${name}" is in the host's own network: there is no wire`, { next: [inThere] });
  }
  const meant = interfaces.filter(({ inside }) => only === undefined || inside.name === only);
  if (meant.length === 0) {
    const has = interfaces.length > 0 ? `it has ${interfaces.map(interfaceText).join(', ')}` : 'it has none';
    throw new DbgError(
      `container "${name}" has no interface ${only === undefined ? 'with a wire' : `"${only}"`} (${has})`,
      {
        next: [{ what: 'see them', command: `dbg veth ${shellQuote(name)}` }],
      },
    );
  }
  const [first, ...others] = meant;
  if (others.length > 0) {
    throw new DbgError(`container "${name}" has several interfaces: ${meant.map(interfaceText).join(', ')}`, {
      next: [
        {
          what: 'say which',
          command: `dbg tcpflow --host-end --interface ${shellQuote(first!.inside.name)} ${shellQuote(name)}`,
        },
      ],
    });
  }
  const { device, place, proof, reason } = first!;
  if (device === undefined || proof !== 'both ways') {
    throw new DbgError(`${first!.inside.name} of "${name}" has no proven host end: ${reason}`, { next: [inThere] });
  }
  return { device, place };
}

const interfaceText = ({ inside, network }: ContainerInterface) =>
  network === undefined ? inside.name : `${inside.name} (${network})`;
