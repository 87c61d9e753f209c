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
  /** Resolves when the thread reads, or never will, which was said. Until then, a kill -9 of dbg loses all that crosses. */
  readonly ready: Promise<void>;
  /** Resolves when all that has crossed is read, and is written or cannot be. Nothing may be heard after. */
  end(): Promise<Outcome>;
}

interface Answers {
  readonly askName?: AskName;
  /** Nothing that comes now is read any more, though it goes on. */
  readonly lost: (why: string) => void;
  /** The file takes no more. */
  readonly failed?: (error: PlainError) => void;
}

/** So much may wait to be read; then the traffic does. */
const RING_BYTES = 2_097_152;
/** Where nothing was read for so long, nothing will be. */
const PATIENCE_MS = 5000;
/** A busy machine takes seconds to start a thread. */
const START_MS = 15_000;

/** V8 lets a heap's youngest part grow to 48 MB, whatever dies in it at once; with 6, a flood takes 20 MB less, and no more time (npm run bench -- api). */
const YOUNG_MB = 6;

/** Throws a DbgError where no thread can be started: Node 20's ask where they are, which nobody knows of a directory that was removed. */
export function requireDirectory(): void {
  try {
    realpathSync.native('.');
  } catch (cause) {
    throw new DbgError('the current directory has been removed: dbg cannot read the traffic from there', {
      cause,
      next: [{ what: 'in another one', command: 'cd / && dbg api …' }],
    });
  }
}

/**
 * Reading a call takes 8 µs, 15 µs between two that are waited for; on the thread that moves the traffic, each call would wait for that of the one before.
 * A thread that fails ends the reading, and not the traffic.
 */
export function startReader(assetFolder: string, job: Job, { askName, lost, failed }: Answers): Reader {
  const ring = newRing(RING_BYTES);
  const workerData: ThreadData = { ring, job };
  const thread = new Worker(join(assetFolder, 'reader-thread.js'), {
    workerData,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    trackUnmanagedFds: false, // files that are opened in one thread and closed in another are no mistake here
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
