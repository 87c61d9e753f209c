import { expect, test } from 'vitest';
import { versionRefusal, withKnownVersion } from '../../../../../src/api/gate/share/versions.ts';

test.each(['1.24', '1.41', '1.51', undefined])('%s is known', (version) =>
  expect(versionRefusal(version)).toBeUndefined(),
);
test.each(['1.23', '1.52', '1.9', '1', '0', '2.0', '1.041', '1.41.0', '1.41.', '.1.41', '1..41', '1.241', ''])(
  '%s is not',
  (version) => expect(versionRefusal(version)).toMatch(/1\.24 to 1\.51/),
);

test('a client chooses a version that is known', () => {
  const answer = (version: string, body = '') =>
    withKnownVersion(
      { version: '1.1', status: 200, reason: 'OK', headers: [['API-Version', version]], doubts: [] },
      Buffer.from(body),
    );
  expect(answer('1.60').head.headers).toEqual([['API-Version', '1.51']]);
  expect(answer('1.41').head.headers).toEqual([['API-Version', '1.41']]);
  expect(answer('1.41', '{"ApiVersion" : "1.54","MinAPIVersion":"1.44"}').body.toString()).toBe(
    '{"ApiVersion" : "1.51","MinAPIVersion":"1.44"}',
  );
});
