import { followCalls, type Call } from '../../../api/wire/calls/call.ts';
import type { WireListener, WireEvent } from '../../../api/wire/calls/wire-events.ts';
import type { Filter } from '../../../api/wire/calls/call-filter.ts';
import { names, type AskName } from '../../../api/wire/calls/container-names.ts';
import { errorCode } from '../../../errors.ts';
import type { OutputFile } from '../../../host/host-files.ts';
import { printableJson } from '../../../text.ts';
import { callDetail, type Detail } from './call-detail.ts';
import { callRecord } from './call-record.ts';
import { callLine } from './call-text.ts';
import { lineWriter } from '../../../cli/line-writer.ts';

export interface ViewOptions {
  readonly verbose?: boolean | undefined;
  readonly json?: boolean | undefined;
  /** which calls are shown */
  readonly filter?: Filter | undefined;
  readonly colour: boolean;
  readonly clock: () => number;
  /** asks the engine for a container's name, where the name did not go over the wire */
  readonly askName?: AskName;
  /** Whether so much waits to be read that details are left out: else the traffic would wait. */
  readonly isLate?: () => boolean;
  /** Resolves when dbg knows who made the calls so far; undefined: it looks for nobody. */
  readonly peersSettled?: () => Promise<unknown> | undefined;
}

export interface CallPrinter {
  readonly onEvent: WireListener;
  /** Backpressure: resolves when the reader has caught up. undefined when it is not behind. */
  drained(): Promise<void> | undefined;
  /** Resolves when all is printed, with the error that ended the printing, if there was one. */
  end(): Promise<Error | undefined>;
}

/** A call that is open for this long after its answer began is shown before it ends. */
const OPEN_MS = 1000;

/**
 * Shows calls on an output. Each call has a line when it has ended, and one before that when it has
 * been open for a second. With `verbose`, its heads, bodies and streams are shown too.
 */
export function callPrinter(to: OutputFile, options: ViewOptions): CallPrinter {
  let failure: Error | undefined;
  const out = lineWriter(to, (error) => (failure = error), options.isLate);
  const known = names(options.askName);
  const details = new Map<Call, Detail | undefined>();
  const answered = new Set<Call>();
  const timer = setInterval(lookForOpen, OPEN_MS / 4).unref();
  let order: Promise<unknown> | undefined;

  const isShown = (call: Call) => !options.filter || options.filter(call, known.of(call));
  const line = (call: Call) => {
    const subject = known.of(call);
    if (!isShown(call)) return;
    out.print(options.json ? `${printableJson(callRecord(call, subject))}\n` : callLine(call, subject, options.colour));
  };
  const lookups = () => known.settled() ?? options.peersSettled?.();
  /** Prints after everything that waits for a name, so that lines stay in their order. */
  const inTurn = (print: () => void) => {
    const before = order ?? lookups();
    if (!before) return print();
    const turn: Promise<void> = before.then(lookups).then(() => {
      print();
      if (order === turn) order = undefined;
    });
    order = turn;
  };

  function follow(call: Call, event: WireEvent): void {
    if (event.type === 'request' || call.endedAt !== undefined) known.learn(call);
    if (event.type === 'response' && !options.json) answered.add(call);
    if (options.verbose && !options.json) verbose(call, event);
    if (call.endedAt === undefined) return;
    answered.delete(call);
    inTurn(() => line(call));
  }

  /** Shows each call that has been open for a second, once. */
  function lookForOpen(): void {
    for (const call of answered) {
      if (call.answeredAt! + OPEN_MS > options.clock()) continue;
      answered.delete(call);
      inTurn(() => call.endedAt === undefined && line(call));
    }
  }

  function verbose(call: Call, event: WireEvent): void {
    if (!details.has(call)) details.set(call, isShown(call) ? callDetail(call, out.printIfInTime) : undefined);
    details.get(call)?.onEvent(event);
    if (call.endedAt !== undefined) details.delete(call);
  }

  return {
    onEvent: followCalls(follow),
    drained: out.drained,
    end: async () => {
      clearInterval(timer);
      await order;
      await out.end();
      // EPIPE: the program that reads the lines has seen enough, as `| head` has.
      return errorCode(failure) === 'EPIPE' ? undefined : failure;
    },
  };
}
