import type { Socket } from 'node:net';
import { followCalls, jsonOf, type Call } from '../../wire/calls/call.ts';
import type { WireListener } from '../../wire/calls/wire-events.ts';
import type { Decided, Judge, NeedsBody } from '../verdict.ts';
import type { RequestHead } from '../../wire/http/http-head.ts';
import { operationOf } from '../../wire/calls/operation.ts';
import { isLoopback } from '../../wire/listener.ts';
import { placeOf, targetOf, type Audit } from './audit.ts';
import type { Login } from './auth.ts';
import { peerOf, type Peer } from './client-peer.ts';
import { guesses } from './guesses.ts';
import { ASK_WHO, refused } from './share-answers.ts';
import { bodyRefusal, comesFromPage, isRuled, refusal, type Policy } from './share-policy.ts';
import { MOST_BODY_BYTES } from './power/power.ts';
import { strangers } from './strangers.ts';
import { tellsVersion, withKnownVersion } from './versions.ts';
import { saysWhereInBody, whereIn } from './sends-elsewhere.ts';

export interface GuardOptions {
  readonly policy: Policy;
  /** undefined: no client is asked for a name and a password */
  readonly login: Login | undefined;
  readonly audit: Audit;
  /** milliseconds since the epoch */
  readonly clock: () => number;
  /** Called when the audit log cannot be written: nothing more is let through. */
  failed(error: Error): void;
}

export interface ShareGuard {
  judgeOf(client: Socket): Judge;
  readonly onEvent: WireListener;
  /** Ends the share. Calls that still go on end in the log. */
  end(): void;
}

/**
 * Judges each request of a share by its head, and by its body where that matters.
 * - A request is logged before any of it goes on. The end of its call is a line of its own, because
 *   a `docker exec` may last for hours, or longer than dbg.
 * - This needs the order in which the gate acts: it tells of a connection before it asks for the
 *   connection's judge, and of a request before it has the request judged.
 */
export function shareGuard({ policy, login, audit, clock, failed }: GuardOptions): ShareGuard {
  let opened = 0;
  let isOver = false;
  /** of each connection: the numbers of the calls that are to be judged */
  const asked = new Map<number, number[]>();
  const peers = new Map<number, Peer>();
  /** connections to this machine's loopback, which any page in a browser can make */
  const locals = new Set<number>();
  /** calls that are in the log without their end */
  const begun = new Set<number>();
  const open = new Map<number, Call>();
  /** ids of the execs that were made through this share */
  const execs = new Set<string>();
  /** connections over which nobody has been let in yet, and the line for their passwords */
  const unknown = strangers();
  const guessed = guesses();

  const log = (entry: object): boolean => {
    if (isOver) return false;
    try {
      audit.write(entry);
      return true;
    } catch (error) {
      isOver = true;
      failed(error as Error);
      return false;
    }
  };

  const begin = (call: number, peer: Peer | undefined, head: RequestHead | undefined, outcome: object): boolean => {
    begun.add(call);
    const target = head && { method: head.method, ...targetOf(operationOf(head.method, head.target)) };
    return log({ event: 'call', time: timeText(clock()), call, ...peer, ...target, ...outcome });
  };

  const refusedFor = (connection: number, head: RequestHead) =>
    login === undefined && locals.has(connection) && comesFromPage(head)
      ? 'a page in a browser asks, or the host has another name'
      : (refusal(policy, head) ?? execRefusal(head));

  const execRefusal = (head: RequestHead) => {
    const { name, subject } = operationOf(head.method, head.target);
    const isOfExec = name === 'ExecStart' || name === 'ExecResize';
    return isOfExec && isRuled(policy) && !execs.has(subject?.ref ?? '')
      ? 'an exec that was not created through this share'
      : undefined;
  };

  /** Logs the decision on a call, then gives it. What cannot be logged is not let through. */
  const settle = ({ connection, call, head, user }: Asking, why: string | undefined, more: object = {}): Decided => {
    const peer = peers.get(connection);
    const outcome = { user, verdict: why === undefined ? 'allowed' : 'denied', why, ...more };
    // Without a peer, the client reset the connection (SO_LINGER) before its address was read. Its
    // request is here, and nobody could say whose request it is.
    const logged = peer === undefined ? GONE : outcome;
    if (call === undefined || !begin(call, peer, head, logged) || peer === undefined) return { kind: 'drop' };
    const { name, path } = operationOf(head.method, head.target);
    if (why !== undefined) return refused(403, `not allowed here: ${head.method} ${path} (${why})`);
    return {
      kind: 'forward',
      ...(login && { without: ['authorization'] }),
      ...(isRuled(policy) && tellsVersion(name) && { patch: withKnownVersion }),
    };
  };

  const judge = (asking: Asking): Decided | NeedsBody => {
    const { connection, head } = asking;
    const why = refusedFor(connection, head);
    if (why !== undefined) return settle(asking, why);
    const byBody = bodyRefusal(policy, head);
    const { name } = operationOf(head.method, head.target);
    if (!byBody && !saysWhereInBody(name)) return settle(asking, undefined);
    return {
      kind: 'needs body',
      most: MOST_BODY_BYTES,
      judge: (body) => {
        const place = saysWhereInBody(name) ? whereIn(name, body) : {};
        return settle(asking, byBody?.(body) ?? place.why, placeOf(place.where));
      },
    };
  };

  const judgeStranger = (client: Socket, asking: Asking, who: Login): Decided | NeedsBody => {
    const { head } = asking;
    if (who.lets(head.headers)) {
      unknown.remove(client);
      return judge({ ...asking, user: who.user });
    }
    if (who.isSaidIn(head.headers)) {
      guessed.wrong();
      unknown.add(client);
    }
    const logged = settle(asking, 'no name and password, or wrong ones');
    return logged.kind === 'drop' ? logged : ASK_WHO;
  };

  /**
   * Remembers the execs that were made through this share. An exec is started by its id alone: one
   * that somebody else made may be in another container, or privileged.
   */
  const learn = (call: Call) => {
    if (call.operation.name !== 'ContainerExec' || call.response?.status !== 201) return;
    const { Id: id } = (jsonOf(call.received) ?? {}) as { Id?: unknown };
    if (typeof id !== 'string') return;
    execs.add(id);
    if (execs.size > MOST_EXECS) execs.delete(execs.values().next().value!);
  };

  const end = (call: Call, failure: string | undefined) => {
    // A call that is not in the log: the gate itself refuses an unclear request, and asks no judge.
    const outcome = { verdict: 'denied', why: call.failure ?? 'not a clear request' };
    if (!begun.has(call.number)) begin(call.number, peers.get(call.connection), call.request, outcome);
    begun.delete(call.number);
    open.delete(call.number);
    learn(call);
    log({
      event: 'end',
      time: timeText(call.endedAt ?? clock()),
      call: call.number,
      process: call.peer,
      status: call.response?.status,
      ms: Math.round(((call.endedAt ?? clock()) - call.startedAt) * 10) / 10,
      sent: call.sent.bytes,
      received: call.received.bytes,
      failure,
    });
  };

  const follow = followCalls((call) => {
    if (call.endedAt === undefined) open.set(call.number, call);
    else end(call, call.failure);
  });

  return {
    judgeOf: (client) => {
      const connection = opened;
      const peer = peerOf(client);
      if (peer) peers.set(connection, peer);
      if (isLoopback((client.localAddress ?? '').replace(/^::ffff:/, ''))) locals.add(connection);
      unknown.add(client);
      return (head) => {
        const asking = { connection, call: asked.get(connection)?.shift(), head, user: undefined };
        if (login === undefined) {
          unknown.remove(client);
          return judge(asking);
        }
        const isGuess = unknown.has(client) && login.isSaidIn(head.headers);
        const until = isGuess && guessed.turn(client.remoteAddress ?? '', () => client.destroyed);
        const judged = () => judgeStranger(client, asking, login);
        return until ? { kind: 'wait', until, judge: judged } : judged();
      };
    },
    onEvent: (event) => {
      if (event.type === 'open') asked.set((opened = event.connection), []);
      if (event.type === 'request') asked.get(event.connection)?.push(event.call);
      follow(event);
      if (event.type !== 'close') return;
      asked.delete(event.connection);
      peers.delete(event.connection);
      locals.delete(event.connection);
    },
    end: () => {
      for (const call of open.values()) end(call, 'the share has ended');
      isOver = true;
    },
  };
}

const GONE = { verdict: 'denied', why: 'the client had gone before it was known who it is' };
/** How many execs are remembered at once; the oldest are forgotten. */
const MOST_EXECS = 10_000;
const timeText = (time: number) => new Date(time).toISOString();

/** A request that is to be judged. */
interface Asking {
  readonly connection: number;
  /** the call's number; undefined: the gate has not told of this request */
  readonly call: number | undefined;
  readonly head: RequestHead;
  /** the name by which the client was let in */
  readonly user: string | undefined;
}
