import type { Context } from '../../context.ts';
import { lineWriter } from '../../cli/line-writer.ts';
import type { ForwardListener } from '../../jobs/forward/forward-session.ts';
import type { WishedPort } from '../../jobs/forward/forward-wish.ts';
import { listenPlaceText } from '../../jobs/forward/forward-wish.ts';
import { escapeControls, printableJson } from '../../text.ts';
import type { OutputFile } from '../../host/host-files.ts';
import { connectionLine, portText } from './forward-text.ts';

/** What of a forward is printed, and how. */
export interface PrinterOptions {
  readonly name: string;
  readonly isReverse: boolean;
  readonly ports: readonly WishedPort[];
  readonly verbose: number;
  readonly json: boolean;
  /** the ports on which the container's programs wait, for people; read when it is asked */
  readonly listening: () => string;
}

export interface ForwardPrinter {
  readonly listener: ForwardListener;
  /** Says where a wished port listens. */
  tellListening(ports: readonly WishedPort[]): void;
  /** Resolves when all is printed. */
  end(): Promise<void>;
}

/**
 * Prints what happens on a forward: results on `to`, what went wrong on stderr. A person who did
 * not ask for each connection hears of one that could not be made, once for each port until one is
 * made.
 */
export function forwardPrinter(
  ctx: Context,
  to: OutputFile,
  failed: (error: Error) => void,
  { name, isReverse, ports, verbose, json, listening }: PrinterOptions,
): ForwardPrinter {
  const out = lineWriter(to, failed);
  const said = new Set<string>();
  const warn = (text: string) => ctx.stderr.write(`dbg: ${escapeControls(text)}\n`);
  const event = (what: string, more: object) =>
    out.print(`${printableJson({ event: what, time: ctx.now(), ...more })}\n`);
  const server = isReverse ? 'this host' : name;
  const leadsTo = (port: number) => {
    const { to: leads, protocol } = ports[port]!;
    return leads.kind === 'path' ? leads.path : `port ${leads.port}${protocol === 'udp' ? '/udp' : ''}`;
  };

  const listener: ForwardListener = {
    opened: ({ port, id, from, to: at }) => {
      said.delete(`refused ${port}`);
      if (json) event('opened', { connection: id, ...keysOf(ports[port]!), from, to: at });
      else if (verbose > 1) out.print(`#${id} ${escapeControls(`${from || 'a client'} -> ${at}`)}\n`);
    },
    ended: (id, { port, ...rest }) => {
      const connection = { port, ...rest };
      if (json)
        event('ended', {
          connection: id,
          ...keysOf(ports[port]!),
          ...rest,
          to: rest.to ?? null,
          by: rest.by ?? null,
          why: rest.why ?? null,
        });
      else if (verbose > 0) out.print(`${connectionLine(ctx.now(), id, connection)}\n`);
      const key = rest.how === 'refused' ? `refused ${port}` : `failed ${port} ${rest.why}`;
      if ((rest.how !== 'refused' && rest.how !== 'failed') || said.has(key)) return;
      said.add(key);
      if (rest.how === 'failed') return warn(`a connection to ${leadsTo(port)} of ${server} failed: ${rest.why}`);
      const others = isReverse ? '' : listening();
      const path = ports[port]!.to.kind === 'path' ? `: ${rest.why}` : '';
      warn(`nobody listens on ${leadsTo(port)} of ${server}, and the client was cut off${path}${others}`);
    },
    flow: (id, lines, leftOut) => {
      if (json) return event('flow', { connection: id, lines, leftOut });
      if (leftOut > 0) out.printIfInTime(() => `… ${leftOut} lines left out: they came too fast\n`);
      for (const line of lines) out.printIfInTime(() => `#${id} ${escapeControls(line)}\n`);
    },
    by: (port, address) => {
      if (json) event('address', { ...keysOf(ports[port]!), address });
      warn(`${leadsTo(port)} of ${server} does not answer on 127.0.0.1, but on ${address}: connections go there`);
    },
    news: (what, { count = 0, why = '' }) => {
      if (json) event(NEWS[what], { count, why: why || null });
      warn(newsText(name, what, count, why));
    },
  };
  return {
    listener,
    tellListening: (became) => {
      for (const port of became) {
        if (json) event('listening', { ...keysOf(port) });
        else out.print(`${portText(name, port, isReverse)}\n`);
      }
    },
    end: () => out.end(),
  };
}

/** The names of news in JSON. */
const NEWS = {
  ended: 'container-ended',
  started: 'container-started',
  down: 'container-down',
  failed: 'container-failed',
  lost: 'forwarder-lost',
} as const;

/** The keys of a wished port in JSON. */
const keysOf = ({ protocol, at, to }: WishedPort) => ({
  protocol,
  listen: listenPlaceText(at),
  leadsTo: to.kind === 'path' ? to.path : to.port,
});

function newsText(name: string, what: keyof typeof NEWS, count: number, why: string): string {
  const connections = `${count} connection${count === 1 ? '' : 's'}`;
  const withIt = count > 0 ? `, and ${connections} with it (counted from a second before)` : '';
  const texts: Readonly<Record<typeof what, string>> = {
    ended: `${name} has ended${withIt}; dbg waits for it to run again`,
    started: `${name} runs again: new connections go to it`,
    down: `${name} does not run: clients are cut off until it does`,
    lost: `what carries the connections was ended (${why}), and ${connections} with it; dbg starts it again`,
    failed: `${name} cannot be forwarded to now: ${why}`,
  };
  return texts[what];
}
