import type { Socket as DatagramSocket } from 'node:dgram';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import type { Context } from '../../context.ts';
import { nsenter, plainEntry } from '../../enter/nsenter.ts';
import { entryFailure } from '../../enter/outcome.ts';
import type { Target } from '../../enter/target.ts';
import { DbgError } from '../../errors.ts';
import type { Channeled } from '../../host/host.ts';
import { shellQuote } from '../../text.ts';
import { placeText } from './forward-wish.ts';
import type { ForwarderIds, FromForwarder, InsidePlace, ToForwarder } from './forward-messages.ts';

type Handle = Socket | DatagramSocket;
export type ForwarderListener = (message: FromForwarder, handle: Handle | undefined) => void;

/** A forwarder that runs (forwarder.ts). */
export interface Forwarder {
  /** Sends a message. A socket that comes too late for it is closed. */
  send(message: ToForwarder, handle?: Handle): void;
  /** by the order of the places that it was to listen on, the ports that it listens on */
  readonly listens: readonly number[];
  /** Resolves when it has ended, with how. */
  readonly ended: Promise<{ readonly exitCode: number; readonly said: string }>;
  /** Resolves when it has closed its UDP sockets, so that others can have the ports. */
  release(): Promise<void>;
  /** Cuts off its connections; resolves when it has told how they ended, and has ended. */
  stop(): Promise<void>;
}

/** How long a forwarder may take to tell how its last connections ended. */
const LAST_WORDS_MS = 1000;

interface ForwarderWish {
  /** the container whose network it joins; undefined: dbg's own network */
  readonly target: Target | undefined;
  readonly listen: readonly InsidePlace[];
  readonly ids: ForwarderIds | undefined;
  readonly shows: 'nothing' | 'redacted' | 'all';
}

/** The user and group that own nothing (nobody). */
export const NOBODY: ForwarderIds = { uid: 65_534, gid: 65_534 };

/**
 * Starts a forwarder, and resolves when it is ready and has given up root's rights. Throws a
 * DbgError when the container has ended or cannot be entered, and when it cannot listen.
 */
export async function startForwarder(
  ctx: Context,
  { target, listen, ids, shows }: ForwarderWish,
  onEvent: ForwarderListener,
): Promise<Forwarder> {
  const program = [ctx.self[0]!, join(ctx.assetFolder, 'forwarder.js')];
  const entry = plainEntry(['net']);
  const running = await ctx.host.channel(target ? nsenter(target, program, entry) : program);
  let released: () => void = () => undefined;
  const isReady = readyOf(running, (message, handle) =>
    message.tell === 'released' ? released() : onEvent(message, handle),
  );
  running.send({ tell: 'start', listen, ids, shows } satisfies ToForwarder);
  const failed = running.ended.then(({ exitCode, said }) => {
    const failure = target && entryFailure(ctx.host, said, exitCode, target, entry);
    throw (
      failure ??
      new DbgError(`what carries the connections could not be started: ${said || `it ended with ${exitCode}`}`)
    );
  });
  try {
    const first = await Promise.race([isReady, failed]);
    if (first.tell === 'cannot') throw cannotListenInside(target!, first);
    return {
      listens: first.listens,
      send: running.send,
      ended: running.ended,
      release: async () => {
        const isReleased = new Promise<void>((resolve) => (released = resolve));
        running.send({ tell: 'release' } satisfies ToForwarder);
        await Promise.race([isReleased, running.ended]);
      },
      stop: async () => {
        running.send({ tell: 'stop' } satisfies ToForwarder);
        const timer = setTimeout(running.kill, LAST_WORDS_MS);
        await running.ended;
        clearTimeout(timer);
      },
    };
  } catch (error) {
    running.kill();
    throw error;
  } finally {
    failed.catch(() => undefined);
  }
}

type First = Extract<FromForwarder, { tell: 'ready' | 'cannot' }>;

function readyOf(running: Channeled, onEvent: ForwarderListener): Promise<First> {
  return new Promise((resolve) => {
    running.onMessage((message, handle) => {
      const told = message as FromForwarder;
      if (told.tell === 'ready' || told.tell === 'cannot') resolve(told);
      else onEvent(told, handle);
    });
  });
}

function cannotListenInside(
  { container: { name } }: Target,
  { place, code }: Extract<FromForwarder, { tell: 'cannot' }>,
) {
  const where = placeText(place.address, place.listen);
  const who = { what: 'see what listens there', command: `dbg exec ${shellQuote(name)} ss -lntup` };
  if (code === 'EADDRINUSE') return new DbgError(`somebody in "${name}" listens on ${where} already`, { next: [who] });
  const why = code === 'EADDRNOTAVAIL' ? 'it has no such address' : code;
  return new DbgError(`dbg cannot listen on ${where} in "${name}": ${why}`, {
    next: [{ what: 'see its addresses', command: `dbg exec ${shellQuote(name)} ip -br addr` }],
  });
}
