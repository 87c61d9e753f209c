import { parentPort, workerData } from 'node:worker_threads';
import { parseFilters } from '../../api/wire/calls/call-filter.ts';
import type { WireListener } from '../../api/wire/calls/wire-events.ts';
import { recordingWriter } from '../../api/recordings/write-recording.ts';
import { reading } from '../../api/wire/reading.ts';
import { ringReader } from '../../api/beside/ring.ts';
import { openedFile, standardOutput } from '../../host/files/output-file.ts';
import { priority } from '../../host/run/priority.ts';
import { pendingPeers } from '../../api/beside/pending-peers.ts';
import {
  plainError,
  type Job,
  type Outcome,
  type Question,
  type ThreadData,
  type Word,
} from '../../api/beside/reader-job.ts';
import { shown } from './reveal-option.ts';
import { callPrinter } from './printing/call-printer.ts';

// The thread that reader.ts starts. It reads what crosses the wire, and prints or records it.

const port = parentPort!;
const { ring, job } = workerData as ThreadData;
const say = (question: Question) => port.postMessage(question);

/** While pieces come, the thread looks for more after 3 ms, or after 20 ms where many had come. */
const [NAP_MS, BUSY_NAP_MS] = [3, 20];
/** More pieces than this are many. */
const BUSY = 16;
/**
 * Where MUCH_BYTES wait in the ring, or a piece waits for LATE_MS, the processor had too much else
 * to do. For WHILE_MS, this thread then does not give way to other work.
 */
const [MUCH_BYTES, LATE_MS, WHILE_MS] = [ring.bytes.length / 4, 40, 1000];
/** Where so much waits in the ring, details are left out: a full ring stops the traffic. */
const TOO_MUCH_BYTES = 3 * MUCH_BYTES;

const clock = () => performance.timeOrigin + performance.now();
const names = new Map<string, (name: string | undefined) => void>();
const peers = pendingPeers();
const sink = job.kind === 'view' ? view(job) : recording(job);
const read = reading(shown(job, sink.onEvent));
const { take, rest, waiting } = ringReader(ring);
const giveWay = priority();
let late = -Infinity;
let nap: NodeJS.Timeout | undefined;
let next: NodeJS.Immediate | undefined;

function look(): void {
  clearTimeout(nap);
  clearImmediate(next);
  const now = clock();
  if (waiting() > MUCH_BYTES) late = now;
  giveWay(now > late + WHILE_MS);
  const count = take((what, connection, time, bytes) => {
    if (now > time + LATE_MS) late = now;
    peers.note(what, connection);
    read(what, connection, time, bytes);
  });
  if (!rest(count === 0)) next = setImmediate(look);
  else if (count > 0) nap = setTimeout(look, count > BUSY ? BUSY_NAP_MS : NAP_MS);
}

interface Sink {
  /** Resolves when it is known whether the file can be written. */
  readonly begun?: Promise<void>;
  readonly onEvent: WireListener;
  end(): Promise<Outcome>;
}

function view({ descriptor, filter, ...options }: Extract<Job, { kind: 'view' }>): Sink {
  const { onEvent, end } = callPrinter(standardOutput(descriptor), {
    ...options,
    filter: filter && parseFilters(filter),
    clock,
    askName: (id) =>
      new Promise((resolve) => {
        names.set(id, resolve);
        say({ type: 'name', id });
      }),
    peersSettled: peers.settled,
    isLate: () => waiting() > TOO_MUCH_BYTES,
  });
  return { onEvent, end: async () => ({ failure: plain(await end()) }) };
}

function recording({ descriptor, header, maxBody }: Extract<Job, { kind: 'recording' }>): Sink {
  const failed = (error: Error) => say({ type: 'failed', error: plainError(error) });
  const file = descriptor === 1 ? standardOutput() : openedFile(descriptor);
  const { begin, onEvent, end } = recordingWriter(file, { header, maxBody, failed });
  return {
    begun: begin(),
    onEvent,
    end: async () => {
      const { failure, ...recorded } = await end();
      return { recorded, failure: plain(failure) };
    },
  };
}

const plain = (error: Error | undefined) => error && plainError(error);

async function finish(): Promise<void> {
  look();
  clearTimeout(nap);
  clearImmediate(next);
  say({ type: 'ended', outcome: await sink.end() });
}

port.on('message', (word: Word) => {
  if (word.type === 'look') return look();
  if (word.type === 'end') return void finish();
  names.get(word.id)?.(word.name);
  names.delete(word.id);
});
look();
void Promise.resolve(sink.begun).then(() => say({ type: 'ready' }));
