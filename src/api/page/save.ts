import { version } from '../../../package.json';
import { printableJson } from '../../text.ts';
import { eventLine, headerLine, type RecordingHeader } from '../recordings/recording-format.ts';
import { harEntry, harFrame } from '../recordings/har.ts';
import { eventsOf } from './kept-events.ts';
import type { Kept } from './kept.ts';
import { wholeOf } from './whole.ts';

/** The engine to which a recording's calls went. */
export type Source = Pick<RecordingHeader, 'engine' | 'tls'>;

/** Gives calls as a HAR, piece by piece: to make it all at once would hold up the traffic. */
export function* harOf(all: Iterable<Kept>, { engine, tls = false }: Source): Generator<string> {
  const frame = harFrame(version);
  yield frame.head;
  let between = '';
  for (const kept of all) {
    yield `${between}${printableJson(harEntry(wholeOf(kept), engine, tls))}`;
    between = ',\n';
  }
  yield frame.tail;
}

/** Gives calls as a recording, line by line. */
export function* recordingOf(all: readonly Kept[], source: Source): Generator<string> {
  const events = eventsOf(all);
  const started = events[0]?.time ?? 0;
  yield headerLine({ recording: 'dbg api', version: 1, started, ...source });
  for (const event of events) yield eventLine(event, started);
}
