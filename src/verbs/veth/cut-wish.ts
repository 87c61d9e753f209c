import { parsePeer } from '../../network/cut/peers.ts';
import type { Change, Selection } from '../../network/cut/selection.ts';
import { parseDelay, parseFor, parseLoss, parseRate } from '../../network/cut/ways.ts';
import { shellLine } from '../../text.ts';

/** The options that say how to cut a container, as the person typed them. */
export interface CutOptions extends Selection {
  readonly down?: boolean;
  readonly blackhole?: boolean;
  readonly drop?: readonly string[];
  readonly loss?: string;
  readonly rate?: string;
  readonly delay?: string;
  readonly in?: boolean;
  readonly out?: boolean;
  readonly for?: string;
  readonly force?: boolean;
  readonly up?: boolean;
  readonly json?: boolean;
  readonly dryRun?: boolean;
}

/** The change that the person asked for. */
export const changeOf = (options: CutOptions): Change =>
  options.up ? { isUndoing: true, typed: '--up' } : { isUndoing: false, typed: changeText(options) };

function changeText({ drop = [], ...options }: CutOptions): string {
  const flags = (['down', 'blackhole', 'in', 'out'] as const).flatMap((name) => (options[name] ? [`--${name}`] : []));
  const values = (['loss', 'rate', 'delay', 'for'] as const).flatMap((name) =>
    options[name] === undefined ? [] : [`--${name}`, options[name]],
  );
  return shellLine([...flags, ...drop.flatMap((peer) => ['--drop', peer]), ...values]);
}

/** The options of a cut, parsed. */
export type Wish = ReturnType<typeof parseWish>;

/** Parses the options of a cut. Throws a usage error. */
export function parseWish(options: CutOptions) {
  return {
    down: options.down === true,
    blackhole: options.blackhole === true,
    peers: (options.drop ?? []).map((peer) => parsePeer(peer)),
    loss: options.loss === undefined ? undefined : parseLoss(options.loss),
    rate: options.rate === undefined ? undefined : parseRate(options.rate),
    delay: options.delay === undefined ? undefined : parseDelay(options.delay),
    direction: options.in ? ('in' as const) : options.out ? ('out' as const) : ('both' as const),
    milliseconds: options.for === undefined ? undefined : parseFor(options.for),
  };
}
