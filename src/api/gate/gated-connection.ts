import type { Socket } from 'node:net';
import { mayBecomeStream } from '../wire/http/exchange.ts';
import { requestFraming, type Framing } from '../wire/http/framing.ts';
import { NotHttp, parseRequestHead } from '../wire/http/http-head.ts';
import { messageReader } from '../wire/http/message.ts';
import { finish, LAST_BYTES_MS, linger, readBeforeFailure, watchForReader, writeTogether } from '../wire/ends.ts';
import { answerReader } from './answers.ts';
import { deadline } from './deadline.ts';
import { deciding } from './deciding.ts';
import { holding } from './holding.ts';
import { answerBytes, refusal } from './made.ts';
import type { Ends, Gated } from './gated.ts';
import { unclear } from './strict.ts';
import { newTurn, type Turn } from './turn.ts';

/**
 * How many bytes behind a request are held while the engine has not answered it: they may be the
 * next request, or a stream. Beyond that the client's socket is paused.
 */
const MOST_HELD_BYTES = 65_536;
/**
 * A client must send a whole request head within this time, because anyone can open a connection
 * and send nothing. Counted from the connection for the first head, from the first byte for each
 * later one.
 */
const HEAD_MS = 10_000;
/**
 * The longest first head of a connection, because its sender may be somebody who is not let in.
 * The heads that docker sends have a few hundred bytes.
 */
const MOST_FIRST_HEAD_BYTES = 262_144;
const NOT_WHOLE = 'it ends before it is whole';
/** For this long dbg still reads, and throws away, what a refused client sends. */
const LINGER_MS = 2000;

/**
 * Lets the requests of one client through to the engine, one after another, as each is judged.
 * Gives the reader of the client's bytes.
 */
export function gatedConnection({ client, connect, judge, sent, ended }: Ends): Gated {
  let engine: Socket | undefined;
  let turn: Turn | undefined;
  let isStream = false;
  let hasAsked = false;
  let hasEnded = false;
  let isClosing = false;

  const send = (bytes: Buffer) => {
    if (bytes.length === 0 || client.destroyed || client.writableEnded) return;
    if (!writeTogether(client, bytes)) engine?.pause();
    sent(bytes);
  };
  /**
   * Reads the client only while the bytes that it sends can go somewhere. So a client that does not
   * read its answers takes a bounded amount of memory too.
   */
  const flow = () => {
    const isUnknown = turn !== undefined && !isStream && requests.held() > MOST_HELD_BYTES;
    if (hold.isHeld() || isUnknown || engine?.writableNeedDrain) client.pause();
    else client.resume();
    headTime.run(turn === undefined && !isClosing && (!hasAsked || requests.held() > 0));
  };
  const close = (why?: string, isSending = false) => {
    if (isClosing) return;
    isClosing = true;
    headTime.run(false);
    ended(why);
    if (isSending) linger(client, LINGER_MS);
    else finish(client);
    engine?.destroy();
  };
  /** What the client sent can become no request: tells the client why, and ends its connection. */
  const refuse = (why: string) => {
    if (isClosing) return;
    send(answerBytes(refusal(400, `dbg: a request that is not clear: ${why}`), 'GET', true));
    close(undefined, true);
  };
  const hold = holding(flow, (act) => {
    if (client.destroyed || isClosing) return;
    act();
    flow();
    endWithClient();
  });
  const headTime = deadline(HEAD_MS, () =>
    requests.held() > 0 ? refuse(`its head takes longer than ${HEAD_MS / 1000} s`) : close(),
  );

  const openEngine = () => void (engine ??= open());
  const { judgeBody, decide, answer } = deciding({ client, hold, send, openEngine, toEngine, over, close });

  const requests = messageReader(parseRequestHead, {
    head: (head, raw): Framing => {
      headTime.run(false);
      hasAsked = true;
      const why = unclear(head, raw);
      if (why !== undefined) throw new NotHttp(why);
      const framing = requestFraming(head);
      turn = newTurn(head, raw);
      decide(turn, judge(head));
      return framing;
    },
    data: (data) => {
      if (!turn || turn.verdict) return;
      turn.body.push(data);
      turn.size += data.length;
    },
    raw: (bytes) => {
      if (isStream) return toEngine(bytes);
      if (turn?.held) turn.held.push(bytes);
      else if (turn?.verdict?.kind === 'forward') toEngine(bytes);
      if (turn?.needs) judgeBody(turn);
    },
    end: () => {
      const asked = turn!;
      asked.isAsked = true;
      if (asked.needs) judgeBody(asked);
      else if (asked.verdict?.kind === 'answer') answer(asked, asked.verdict);
      if (isStream) return 'stream';
      asked.isLeft = !asked.isAnswered;
      if (asked.isLeft) return 'wait';
      turn = undefined;
      return 'message';
    },
    broken: (reason) => void (reason !== '' && refuse(reason)),
  });

  function toEngine(bytes: Buffer): void {
    if (engine && !engine.destroyed && !engine.writableEnded && !writeTogether(engine, bytes)) flow();
  }

  /**
   * Ends a call, so that the next request is read. Where the reader stopped at the end of this one
   * (`isLeft`), it is told to go on. Otherwise it is still reading this one, and goes on by itself.
   */
  function over(done: Turn): void {
    done.isAnswered = true;
    if (isClosing) return;
    if (done.isLeft) {
      turn = undefined;
      requests.go('message');
    }
    flow();
    endWithClient();
  }

  /**
   * Passes the client's end on to the engine, as the engine would see it without a gate. Does so
   * only when all that the client sent has been read. A request that is not whole by then is
   * refused, unless a part of it is at the engine already.
   */
  function endWithClient(): void {
    if (!hasEnded || isClosing) return;
    if (isStream) return void engine?.end();
    if (!turn) return requests.held() > 0 ? refuse(NOT_WHOLE) : close();
    const isAtEngine = turn.verdict?.kind === 'forward' && !turn.held;
    if (!turn.isAsked) return isAtEngine ? endWithin(turn) : refuse(NOT_WHOLE);
    if (isAtEngine && requests.held() === 0) engine?.end();
  }

  /**
   * The engine has a part of a request, and the rest will not come. If the engine answers that part
   * within LAST_BYTES_MS, the answer goes back to the client.
   */
  function endWithin(asked: Turn): void {
    if (asked.isAnswered) return close();
    engine?.end();
    const timer = setTimeout(() => close('the client ended within its request'), LAST_BYTES_MS);
    client.on('close', () => clearTimeout(timer));
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
    answered: () => over(turn!),
    cut: (why) => close(why),
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
    headTime.run(false);
    if (engine) finish(engine, LAST_BYTES_MS);
  });
  flow();

  return {
    push: (piece) => {
      if (isClosing) return;
      requests.push(piece);
      const isTooLong = !hasAsked && requests.held() > MOST_FIRST_HEAD_BYTES;
      if (isTooLong) refuse(`its head is longer than ${MOST_FIRST_HEAD_BYTES} bytes`);
      else flow();
    },
    end: () => {
      hasEnded = true;
      watchForReader(client);
      endWithClient();
    },
    isClosing: () => isClosing,
  };
}
