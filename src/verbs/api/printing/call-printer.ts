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
import { lineWriter } from './line-writer.ts';

export interface ViewOptions {
  readonly verbose?: boolean | undefined;
  readonly json?: boolean | undefined;
  /** which calls are shown */
  readonly filter?: Filter | undefined;
  readonly colour: boolean;
  readonly clock: () => number;
  /** asks for the names of containers that did not go over the wire */
  readonly askName?: AskName;
  /** So much waits to be read that details are left out: the traffic would wait for them. */
  readonly isLate?: () => boolean;
  /** Resolves when it is known who asked, where that is being looked for. */
  readonly peersSettled?: () => Promise<unknown> | undefined;
}

export interface CallPrinter {
  readonly onEvent: WireListener;
  /** Who can wait for the reader does until this resolves; undefined: little waits. */
  drained(): Promise<void> | undefined;
  /** Resolves when all is printed; with the error that ended the printing, if one did. */
  end(): Promise<Error | undefined>;
}

/** A stream that has gone on for so long is shown while it is open. */
const OPEN_MS = 1000;

/** Shows calls on an output: a line each when it has ended, one when it has been open for a second; with `verbose`, all that it is made of. */
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
  /** Behind what waits for a name, so that lines stay in their order. */
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

  /** Says of each call once that it goes on. */
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
      // Who reads the lines has seen enough: `| head`.
      return errorCode(failure) === 'EPIPE' ? undefined : failure;
    },
  };
}
