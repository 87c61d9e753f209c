import type { Socket } from 'node:net';
import { mayBecomeStream } from '../http/exchange.ts';
import { requestFraming, type Framing } from '../http/framing.ts';
import { header, NotHttp, parseRequestHead } from '../http/head.ts';
import { messageReader } from '../http/message.ts';
import { finish, LAST_BYTES_MS, readBeforeFailure, watchForReader } from '../wire/ends.ts';
import { answerReader, DROPPED } from './answers.ts';
import { answerBytes, refusal } from './made.ts';
import { unclear } from './strict.ts';
import { CONTINUE, isWaitingWithBody, newTurn, rewritten, type Turn } from './turn.ts';
import type { Answer, Forward, Judge, NeedsBody, Verdict } from './verdict.ts';

export interface Ends {
  readonly client: Socket;
  readonly connect: () => Socket;
  readonly judge: Judge;
  /** what the client is sent, and that it has all; `why`: it is not the engine that ended it */
  sent(bytes: Buffer): void;
  ended(why?: string): void;
}

/** While it is not known what bytes are, the client is held up behind so many. */
const MOST_HELD_BYTES = 65_536;

/** Lets the requests of a client through to the engine, one after another, as they are judged. Gives what reads the client's bytes. */
export function guard({ client, connect, judge, sent, ended }: Ends): { push(piece: Buffer): void; end(): void } {
  let engine: Socket | undefined;
  let turn: Turn | undefined;
  let isStream = false;
  let hasEnded = false;
  let isClosing = false;
  let isDelaying = false;
  let gathering: { readonly ask: NeedsBody; readonly data: Buffer[]; size: number } | undefined;

  const send = (bytes: Buffer) => {
    if (bytes.length === 0 || client.destroyed || client.writableEnded) return;
    if (!client.write(bytes)) engine?.pause();
    sent(bytes);
  };
  /** The client is read while what it sends can go somewhere: what is kept for one that does not read its answers is bounded too. */
  const flow = () => {
    const isUnknown = turn !== undefined && !isStream && requests.held() > MOST_HELD_BYTES;
    if (isDelaying || isUnknown || engine?.writableNeedDrain) client.pause();
    else client.resume();
  };
  const close = (why?: string) => {
    if (isClosing) return;
    isClosing = true;
    ended(why);
    finish(client);
    engine?.destroy();
  };

  const requests = messageReader(parseRequestHead, {
    head: (head, raw): Framing => {
      const why = unclear(head, raw);
      if (why !== undefined) throw new NotHttp(why);
      const framing = requestFraming(head);
      turn = newTurn(head, raw);
      decide(turn, judge(head));
      return framing;
    },
    data: (data) => {
      if (!gathering) return;
      gathering.data.push(data);
      gathering.size += data.length;
    },
    raw: (bytes) => {
      if (isStream) return toEngine(bytes);
      if (turn?.held) turn.held.push(bytes);
      else if (turn?.verdict?.kind === 'forward') toEngine(bytes);
      if (gathering && gathering.size > gathering.ask.most) decide(turn!, judged(gathering.ask, undefined));
    },
    end: () => {
      const asked = turn!;
      asked.isAsked = true;
      if (gathering) decide(asked, judged(gathering.ask, Buffer.concat(gathering.data)));
      else if (asked.verdict?.kind === 'answer') answer(asked, asked.verdict);
      if (isStream) return 'stream';
      if (!asked.isAnswered) return 'wait';
      turn = undefined;
      return 'message';
    },
    broken: (reason) => {
      if (reason === '' || isClosing) return;
      send(answerBytes(refusal(400, `dbg: a request that is not clear: ${reason}`), 'GET', true));
      close();
    },
  });

  function judged(ask: NeedsBody, body: Buffer | undefined): Exclude<Verdict, NeedsBody> {
    gathering = undefined;
    return ask.judge(body);
  }

  function decide(about: Turn, verdict: Verdict): void {
    // Who waits with the body for the engine's word would wait for ever: the engine has not been asked.
    if ((verdict.kind === 'needs body' || verdict.kind === 'answer') && !about.isAsked) {
      if (!about.isContinued && isWaitingWithBody(about.head)) {
        about.isContinued = true;
        send(CONTINUE);
      }
    }
    if (verdict.kind === 'needs body') {
      gathering = { ask: verdict, data: [], size: 0 };
      return;
    }
    about.verdict = verdict;
    if (verdict.kind === 'answer') {
      about.held = undefined;
      if (about.isAsked) answer(about, verdict);
      return;
    }
    after(verdict.delay, () => (verdict.kind === 'drop' ? close(DROPPED) : forward(about, verdict)));
  }

  function after(delay: number | undefined, act: () => void): void {
    if (!delay) return act();
    isDelaying = true;
    flow();
    setTimeout(() => {
      isDelaying = false;
      if (client.destroyed || isClosing) return;
      act();
      flow();
      endWithClient();
    }, delay);
  }

  function answer(to: Turn, made: Answer): void {
    const isLast = header(to.head.headers, 'connection')?.toLowerCase() === 'close' || to.head.version === '1.0';
    after(made.delay, () => {
      const bytes = answerBytes(made, to.head.method, isLast);
      if (made.dropAfter !== undefined) {
        const { length } = to.head.method === 'HEAD' ? Buffer.alloc(0) : made.body;
        send(bytes.subarray(0, bytes.length - length + Math.min(length, made.dropAfter)));
        return close(DROPPED);
      }
      send(bytes);
      if (isLast) close();
      else if (client.writableNeedDrain) client.once('drain', () => over(to, true));
      else over(to, made.delay !== undefined && made.delay > 0);
    });
  }

  function forward(to: Turn, { without: dropped = [] }: Forward): void {
    const without = to.isContinued ? [...dropped, 'expect'] : dropped;
    const [head, ...body] = to.held!;
    to.held = undefined;
    engine ??= open();
    toEngine(without.length === 0 ? head! : rewritten(to.head, without));
    body.forEach(toEngine);
  }

  function toEngine(bytes: Buffer): void {
    if (engine && !engine.destroyed && !engine.writableEnded && !engine.write(bytes)) flow();
  }

  /** The next one is read; not from within the reading of this one. */
  function over(done: Turn, isLater: boolean): void {
    done.isAnswered = true;
    if (!done.isAsked || isClosing) return;
    if (isLater || done.verdict?.kind === 'forward') {
      turn = undefined;
      requests.go('message');
    }
    flow();
    endWithClient();
  }

  /** A client that has finished sending, with all of it read: the engine is told, as it is without a gate. */
  function endWithClient(): void {
    if (!hasEnded || isClosing) return;
    if (isStream) engine?.end();
    else if (requests.held() > 0) return;
    else if (!turn) close();
    else if (turn.isAsked && !turn.held && turn.verdict?.kind === 'forward') engine?.end();
  }

  const answers = answerReader({
    asked: () =>
      turn?.verdict?.kind === 'forward' && !turn.isAnswered
        ? { method: turn.head.method, mayStream: mayBecomeStream(turn.head), forward: turn.verdict }
        : undefined,
    send,
    stream: () => {
      isStream = true;
      requests.go('stream');
      flow();
      endWithClient();
    },
    answered: () => over(turn!, true),
    cut: close,
  });

  function open(): Socket {
    const socket = connect();
    readBeforeFailure(socket);
    socket.on('data', (piece) => answers.push(piece));
    socket.on('drain', flow);
    socket.on('error', () => undefined);
    socket.on('end', () => {
      answers.end();
      ended();
      client.end();
    });
    socket.on('close', () => {
      if (!isClosing) ended();
      isClosing = true;
      finish(client);
    });
    return socket;
  }

  client.on('drain', () => engine?.resume());
  client.on('close', () => {
    isClosing = true;
    if (engine) finish(engine, LAST_BYTES_MS);
  });

  return {
    push: (piece) => {
      if (isClosing) return;
      requests.push(piece);
      flow();
    },
    end: () => {
      hasEnded = true;
      watchForReader(client);
      endWithClient();
    },
  };
}
