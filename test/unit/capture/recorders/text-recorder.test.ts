import { expect, test } from 'vitest';
import type { Ending } from '../../../../src/capture/recorders/recorder.ts';
import { textRecorder } from '../../../../src/capture/recorders/text-recorder.ts';

const place = (name: string) => ({ name, device: 'any', inThere: (argv: readonly string[]) => [...argv] });

function recorded(count?: number) {
  let text = '';
  let waiting = 0;
  const endings: Ending[] = [];
  const recorder = textRecorder(
    (more) => (text += more),
    count,
    ({ name }) => `${name} | `,
    () => waiting,
  );
  recorder.onEnding((ending) => endings.push(ending));
  return { recorder, endings, text: () => text, wait: (bytes: number) => (waiting = bytes) };
}

test('each line with where it comes from, in whatever pieces', () => {
  const { recorder, text } = recorded();
  const [web, db] = [recorder.begin(place('web')), recorder.begin(place('db'))];
  web.data(Buffer.from('one\n\ttwo\nthr'));
  db.data(Buffer.from('four\n'));
  web.data(Buffer.from('ee\nlast'));
  web.end({ captured: 0, received: 0, dropped: 0 });
  expect(text()).toBe('web | one\nweb | \ttwo\ndb | four\nweb | three\nweb | last\n');
});

test('a device that is named to drive a terminal does not', () => {
  const { recorder, text } = recorded();
  const web = recorder.begin(place('web'));
  web.data(Buffer.from('\u001b[31mX Out IP\n\t0x0000:  4500 \u009b2J\n\u202ertl'));
  web.end({ captured: 0, received: 0, dropped: 0 });
  expect(text()).toBe('web | \\e[31mX Out IP\nweb | \t0x0000:  4500 \\u009b2J\nweb | \\u202ertl\n');
});

test('so many packets in all', () => {
  const { recorder, text, endings } = recorded(2);
  recorder.begin(place('web')).data(Buffer.from('one\n\tmore\ntwo\nthree\n'));
  expect(text()).toBe('web | one\nweb | \tmore\nweb | two\n');
  expect(endings).toEqual([{ kind: 'full' }]);
});

test('a reader that does not read is waited for', () => {
  const { recorder, wait } = recorded();
  expect(recorder.isBehind()).toBe(false);
  wait(2e6);
  expect(recorder.isBehind()).toBe(true);
});
