import type { Socket } from 'node:net';
import { header } from '../wire/http/http-head.ts';
import { DROPPED } from './answers.ts';
import type { Hold } from './holding.ts';
import { answerBytes } from './made.ts';
import { CONTINUE, isWaitingWithBody, rewritten, type Turn } from './turn.ts';
import type { Answer, Forward, Verdict } from './verdict.ts';

/** What a decision needs of its connection. */
interface Doing {
  readonly client: Socket;
  readonly hold: Hold;
  /** Sends bytes to the client. */
  send(bytes: Buffer): void;
  /** Connects to the engine, where that has not been done. */
  openEngine(): void;
  toEngine(bytes: Buffer): void;
  /** Ends a call, so that the next request is read. */
  over(done: Turn): void;
  close(why?: string, isSending?: boolean): void;
}

interface Deciding {
  judgeBody(about: Turn): void;
  decide(about: Turn, verdict: Verdict): void;
  answer(to: Turn, made: Answer): void;
}

/** Does with the requests of one connection what is decided on them. */
export function deciding({ client, hold, send, openEngine, toEngine, over, close }: Doing): Deciding {
  return { judgeBody, decide, answer };

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
    openEngine();
    toEngine(without.length === 0 ? head! : rewritten(to.head, without));
    body.forEach(toEngine);
  }
}
