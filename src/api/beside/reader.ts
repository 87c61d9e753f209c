import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { AskName } from '../wire/calls/container-names.ts';
import type { CrossingListener } from '../wire/crossing.ts';
import { newRing, ringWriter } from './ring.ts';
import { DbgError } from '../../errors.ts';
import type { Job, Outcome, PlainError, Question, ThreadData, Word } from './reader-job.ts';

/** A thread that reads what crosses the wire, and prints or records it. */
export interface Reader {
  readonly onEvent: CrossingListener;
  /**
   * Resolves when the thread reads, or when it never will (then `lost` was called). Until then, a
   * kill -9 of dbg loses all that crosses.
   */
  readonly ready: Promise<void>;
  /**
   * Resolves when all that has crossed is read, and is written or cannot be written. `onEvent` may
   * not be called after this.
   */
  end(): Promise<Outcome>;
}

interface Answers {
  readonly askName?: AskName;
  /** Called once, when reading stops early: the traffic goes on, but nothing more of it is read. */
  readonly lost: (why: string) => void;
  /** The recording's file takes no more. */
  readonly failed?: (error: PlainError) => void;
}

/** How many bytes may wait to be read. Beyond that, the traffic waits. */
const RING_BYTES = 2_097_152;
/** When the thread has read nothing of a full ring for so long, it is given up. */
const PATIENCE_MS = 5000;
/** How long the thread may take to start. A busy machine takes seconds. */
const START_MS = 15_000;

/**
 * A limit for the young generation of the thread's heap. V8 lets it grow to 48 MB, even where all
 * in it dies at once. With 6 MB, a flood of traffic takes 20 MB less memory, and no more time (npm
 * run bench -- api).
 */
const YOUNG_MB = 6;

/**
 * Throws a DbgError where the current directory was removed: there Node 20 can start no thread,
 * because each thread asks for its current directory.
 */
export function requireDirectory(): void {
  try {
    realpathSync.native('.');
  } catch (cause) {
    throw new DbgError('the current directory has been removed: dbg cannot read the traffic from there', {
      cause,
      next: [{ what: 'from another directory', command: 'cd / && dbg api …' }],
    });
  }
}

/**
 * Starts a thread that reads what crosses the wire. When this thread fails, the reading ends; the
 * traffic goes on.
 * To read a call takes 8 µs, or 15 µs where a client waits for each call before it makes the next.
 * On the thread that moves the traffic, each call would wait until the call before it was read.
 */
export function startReader(assetFolder: string, job: Job, { askName, lost, failed }: Answers): Reader {
  const ring = newRing(RING_BYTES);
  const workerData: ThreadData = { ring, job };
  const thread = new Worker(join(assetFolder, 'reader-thread.js'), {
    workerData,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    trackUnmanagedFds: false, // dbg opens files in one thread and closes them in another on purpose
  });
  const say = (word: Word) => thread.postMessage(word);
  let broken: ((why: string) => void) | undefined;
  const { put, stop } = ringWriter(ring, {
    wake: () => say({ type: 'look' }),
    patience: PATIENCE_MS,
    lost: () => broken?.('dbg reads them too slowly'),
  });
  let begin: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => (begin = resolve));
  const start = setTimeout(() => broken?.('dbg reads them too slowly'), START_MS);
  void ready.then(() => clearTimeout(start));
  const ended = new Promise<Outcome>((resolve) => {
    broken = (why) => {
      broken = undefined;
      stop();
      lost(why);
      begin();
      resolve({ isBroken: true });
    };
    thread.on('error', ({ message }) => broken?.(message));
    thread.on('message', (question: Question) => {
      if (question.type === 'ready') return begin();
      if (question.type === 'ended') return resolve(question.outcome);
      if (question.type === 'failed') return failed?.(question.error);
      const named = (name: string | undefined) => say({ type: 'named', id: question.id, name });
      void Promise.resolve(askName?.(question.id)).then(named, () => named(undefined));
    });
  });
  return {
    onEvent: put,
    ready,
    end: async () => {
      stop();
      say({ type: 'end' });
      const outcome = await ended;
      await thread.terminate();
      return outcome;
    },
  };
}
