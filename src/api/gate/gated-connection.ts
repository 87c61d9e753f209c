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

/** While it is not known what bytes are, the client is held up behind so many. */
const MOST_HELD_BYTES = 65_536;
/** A head takes no longer, as anybody can begin one: the first from when the connection is there, another from its first byte on. */
const HEAD_MS = 10_000;
/** The first head of a connection has no more: who sends it may be nobody that is let in. docker's are of a few hundred. */
const MOST_FIRST_HEAD_BYTES = 262_144;
const NOT_WHOLE = 'it ends before it is whole';
/** What a client still sends that was told no is read for so long. */
const LINGER_MS = 2000;

/** Lets the requests of a client through to the engine, one after another, as they are judged. Gives what reads the client's bytes. */
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
  /** The client is read while what it sends can go somewhere: what is kept for one that does not read its answers is bounded too. */
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
  /** No request can come of it any more: the client is told why, and its connection ends. */
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

  /** Once it is whole, or longer than it may be. */
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
    // Who waits with the body for the engine's word would wait for ever: the engine has not been asked.
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

  /** The next one is read; from within the reading of this one, that goes on by itself. */
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

  /** A client that has finished sending, with all of it read: the engine is told, as it is without a gate. */
  function endWithClient(): void {
    if (!hasEnded || isClosing) return;
    if (isStream) return void engine?.end();
    if (!turn) return requests.held() > 0 ? refuse(NOT_WHOLE) : close();
    const isAtEngine = turn.verdict?.kind === 'forward' && !turn.held;
    if (!turn.isAsked) return isAtEngine ? endWithin(turn) : refuse(NOT_WHOLE);
    if (isAtEngine && requests.held() === 0) engine?.end();
  }

  /** The engine has a part of a request, and no more of it comes: what it says to that goes back, if it says anything. */
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
