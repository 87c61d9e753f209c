import { expect, test } from 'vitest';
import { pendingPeers } from '../../../../src/api/beside/pending-peers.ts';

test('settled when each connection has its peer, or has gone', async () => {
  const { note, settled } = pendingPeers();
  expect(settled()).toBeUndefined();
  note('open', 1);
  note('open', 2);
  let isSettled = false;
  void settled()!.then(() => (isSettled = true));
  note('client', 1);
  note('peer', 1);
  await Promise.resolve();
  expect(isSettled).toBe(false);
  note('close', 2);
  await Promise.resolve();
  expect([isSettled, settled()]).toEqual([true, undefined]);
  note('close', 1);
  note('open', 3);
  expect(settled()).toBeInstanceOf(Promise);
});
