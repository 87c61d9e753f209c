import type { Socket } from 'node:net';
import { mayBecomeStream } from '../wire/http/exchange.ts';
import { requestFraming, type Framing } from '../wire/http/framing.ts';
import { header, NotHttp, parseRequestHead } from '../wire/http/http-head.ts';
import { messageReader } from '../wire/http/message.ts';
import { finish, LAST_BYTES_MS, linger, readBeforeFailure, watchForReader, writeTogether } from '../wire/ends.ts';
import { answerReader, DROPPED } from './answers.ts';
import { deadline } from './deadline.ts';
import { holding } from './holding.ts';
import { answerBytes, refusal } from './made.ts';
import type { Ends, Gated } from './gated.ts';
import { unclear } from './strict.ts';
import { CONTINUE, isWaitingWithBody, newTurn, rewritten, type Turn } from './turn.ts';
import type { Answer, Forward, Verdict } from './verdict.ts';

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

  /** Judges the body once it is whole, or longer than the judge looks at (`needs.most`). */
  function judgeBody(about: Turn): void {
    const { needs, body, size } = about;
    if (!needs || (!about.isAsked && size <= needs.most)) return;
    about.needs = undefined;
    const verdict = needs.judge(size > needs.most ? undefined : Buffer.concat(body));
    body.length = 0;
    decide(about, verdict);
  }

  function decide(about: Turn, verdict: Verdict): void {
    if (verdict.kind === 'wait') return hold.until(verdict.until, () => decide(about, verdict.judge()));
    // A client with `Expect: 100-continue` sends its body only when the engine says "go on". The
    // engine has not been asked yet, so dbg says it: otherwise the client would wait for ever.
    if ((verdict.kind === 'needs body' || (verdict.kind === 'answer' && !verdict.isLast)) && !about.isAsked) {
      if (!about.isContinued && isWaitingWithBody(about.head)) {
        about.isContinued = true;
        send(CONTINUE);
      }
    }
    if (verdict.kind === 'needs body') {
      about.needs = verdict;
      return judgeBody(about);
    }
    about.verdict = verdict;
    about.body.length = 0;
    if (verdict.kind === 'answer') {
      about.held = undefined;
      if (about.isAsked || verdict.isLast) answer(about, verdict);
      return;
    }
    hold.after(verdict.delay, () => (verdict.kind === 'drop' ? close(DROPPED) : forward(about, verdict)));
  }

  function answer(to: Turn, made: Answer): void {
    const isLast =
      made.isLast || header(to.head.headers, 'connection')?.toLowerCase() === 'close' || to.head.version === '1.0';
    hold.after(made.delay, () => {
      send(answerBytes(made, to.head.method, isLast));
      if (made.dropAfter !== undefined) return close(DROPPED);
      if (isLast) close(undefined, true);
      else if (client.writableNeedDrain) client.once('drain', () => over(to));
      else over(to);
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
