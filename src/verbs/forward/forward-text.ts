import { listenPlaceText, type WishedPort } from '../../jobs/forward/forward-wish.ts';
import type { EndedConnection } from '../../jobs/forward/forward-messages.ts';
import { decimalSize } from '../../sizes.ts';
import { escapeControls } from '../../text.ts';

/** Where a wished port listens and leads to: "127.0.0.1:8080 -> web:80". */
export function portText(name: string, { protocol, at, to }: WishedPort, isReverse: boolean): string {
  const ending = protocol === 'udp' ? '/udp' : '';
  const listens = listenPlaceText(at);
  const leads = to.kind === 'path' ? to.path : String(to.port);
  const line = isReverse
    ? `${name} ${listens} -> ${to.kind === 'path' ? leads : `port ${leads} of this host`}${ending}`
    : `${listens} -> ${name}:${leads}${ending}`;
  return escapeControls(line);
}

/** The line of `-v` for a connection that has ended. */
export function connectionLine(time: number, id: number, connection: EndedConnection): string {
  const { from, to, sent, received, milliseconds } = connection;
  const way = `${from || 'a client'} -> ${to ?? '-'}`;
  const bytes = `${decimalSize(sent)} up  ${decimalSize(received)} down`;
  return escapeControls(`${timeOfDay(time)} #${id} ${way}  ${bytes}  ${took(milliseconds)}  ${endText(connection)}`);
}

/** How a connection ended, for people. */
function endText({ how, by, why }: EndedConnection): string {
  if (how === 'failed') return `failed: ${why}`;
  if (how === 'refused') return 'refused: nobody listens there';
  if (how === 'cut') return 'cut off: dbg ended';
  return by === undefined ? 'ended' : `${how} by the ${by}`;
}

const took = (milliseconds: number) =>
  milliseconds < 1000 ? `${milliseconds.toFixed(1)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;

/** The time of day in this machine's zone, with milliseconds. */
function timeOfDay(time: number): string {
  const date = new Date(time);
  return `${date.toTimeString().slice(0, 8)}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}
