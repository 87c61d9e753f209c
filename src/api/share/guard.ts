import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { followCalls, type Call } from '../call.ts';
import type { HearWire } from '../events.ts';
import type { Answer, Judge, Verdict } from '../gate/verdict.ts';
import type { Header, RequestHead } from '../http/head.ts';
import { operationOf } from '../operation.ts';
import { targetOf, type Audit } from './audit.ts';
import type { Login } from './auth.ts';
import { isLoopback } from '../wire/listener.ts';
import { comesFromPage, refusal, type Policy } from './policy.ts';

export interface GuardOptions {
  readonly policy: Policy;
  /** undefined: nobody is asked for a name */
  readonly login: Login | undefined;
  readonly audit: Audit;
  /** milliseconds since the epoch */
  readonly clock: () => number;
  /** The audit log cannot be written: nothing more is let through. */
  failed(error: Error): void;
}

export interface Guard {
  judgeOf(client: Socket): Judge;
  readonly hear: HearWire;
  /** The share is over: so are the calls that still go on. */
  end(): void;
}

/**
 * Judges each request of a share, and logs it before any of it goes on; its end is a line of its own, as a `docker exec` may last for
 * hours, or longer than dbg. The gate tells of a connection before it asks who judges it, and of a request before it has it judged.
 */
export function guard({ policy, login, audit, clock, failed }: GuardOptions): Guard {
  let opened = 0;
  let isOver = false;
  /** of each connection: the calls that are to be judged */
  const asked = new Map<number, number[]>();
  const peers = new Map<number, Peer>();
  /** connections to this machine's loopback, which any page in a browser may use */
  const locals = new Set<number>();
  /** calls that stand in the log without their end */
  const begun = new Set<number>();
  const open = new Map<number, Call>();

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
      : refusal(policy, head);

  const judge = (connection: number, head: RequestHead): Verdict => {
    const isLetIn = login === undefined || login.lets(head.headers);
    const why = isLetIn ? refusedFor(connection, head) : 'no name and password, or wrong ones';
    const outcome = { user: isLetIn ? login?.user : undefined, verdict: why === undefined ? 'allowed' : 'denied', why };
    const call = asked.get(connection)?.shift();
    const peer = peers.get(connection);
    // Reset before it was looked at (SO_LINGER): what it sent is there, and nobody could say whose it was.
    const logged = peer === undefined ? GONE : outcome;
    if (call === undefined || !begin(call, peer, head, logged) || peer === undefined) return { kind: 'drop' };
    if (why === undefined) return { kind: 'forward', ...(login && { without: ['authorization'] }) };
    if (!isLetIn) return refused(401, 'a name and a password are asked for', [CHALLENGE]);
    return refused(403, `not allowed here: ${head.method} ${operationOf(head.method, head.target).path} (${why})`);
  };

  const end = (call: Call, failure: string | undefined) => {
    // The gate itself says no to what is not clear, and asks nobody.
    const outcome = { verdict: 'denied', why: call.failure ?? 'not a clear request' };
    if (!begun.has(call.number)) begin(call.number, peers.get(call.connection), call.request, outcome);
    begun.delete(call.number);
    open.delete(call.number);
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
      return (head) => judge(connection, head);
    },
    hear: (event) => {
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
const CHALLENGE: Header = ['WWW-Authenticate', 'Basic realm="dbg share"'];
const timeText = (time: number) => new Date(time).toISOString();

interface Peer {
  /** address and port */
  readonly peer: string;
  /** the common name of its certificate */
  readonly certificate: string | undefined;
}

/** Where a client is, and whom its certificate names; undefined: it has gone already. */
function peerOf(client: Socket): Peer | undefined {
  const { remoteAddress, remotePort } = client;
  if (remoteAddress === undefined) return undefined;
  const subject = client instanceof TLSSocket ? client.getPeerCertificate()?.subject : undefined;
  const peer = remoteAddress.includes(':') ? `[${remoteAddress}]:${remotePort}` : `${remoteAddress}:${remotePort}`;
  return { peer, certificate: subject?.CN?.toString() };
}

/** As the engine says no; docker shows the message. */
function refused(status: number, message: string, headers: readonly Header[] = []): Answer {
  return {
    kind: 'answer',
    status,
    headers: [['Content-Type', 'application/json'], ...headers],
    body: Buffer.from(`${JSON.stringify({ message: `dbg share: ${message}` })}\n`),
  };
}
