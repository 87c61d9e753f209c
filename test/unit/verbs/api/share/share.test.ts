import { describe, expect, test } from 'vitest';
import { login } from '../../../../../src/api/gate/share/auth.ts';
import { parseRule } from '../../../../../src/api/gate/share/share-policy.ts';
import {
  lastsOf,
  loginOf,
  placeOf,
  policyOf,
  tlsOf,
  type ShareOptions,
} from '../../../../../src/verbs/api/share/share-options.ts';
import { howToUse, warnings } from '../../../../../src/verbs/api/share/share-text.ts';
import { fakeContext } from '../../../fakes.ts';

const tcp = (host: string) => ({ kind: 'tcp', host, port: 2375 }) as const;
const PLAIN = { tls: false, certificates: false, login: undefined, passwordFile: undefined };
const ann = login('ann', "it's");

describe('wrong usage', () => {
  const options = (over: Partial<ShareOptions>): ShareOptions => ({ listen: 'tcp:127.0.0.1:0', for: '1m', ...over });
  const all = (given: ShareOptions) => {
    const ctx = fakeContext();
    lastsOf(given);
    policyOf(ctx, given);
    placeOf(ctx, given);
    tlsOf(ctx, given);
    loginOf(ctx, given);
  };
  test('none', () => expect(() => all(options({ readOnly: true }))).not.toThrow());
  test.each([
    [{ for: undefined }, /--for is missing/],
    [{ for: '0s' }, /up to 24h/],
    [{ for: '25h' }, /up to 24h/],
    [{ listen: 'unix:/x' }, /listens only on tcp/],
    [{ listen: 'tcp:0.0.0.0:2375' }, /other machines can reach 0.0.0.0/],
    [{ listen: 'tcp:192.0.2.1:2375', tlscert: 'c', tlskey: 'k' }, /other machines can reach/],
    [{ tlscert: 'c' }, /--tlscert and --tlskey/],
    [{ tlscacert: 'c' }, /--tlscert and --tlskey/],
    [{ passwordFile: 'p' }, /goes with --user/],
    [{ policy: ['/dev/null'] }, /no rule/],
  ] as [Partial<ShareOptions>, RegExp][])('%j', (over, message) => expect(() => all(options(over))).toThrow(message));
});

test('what a person is warned of', () => {
  const rules = [parseRule('allow', 'POST /containers/*/exec'), parseRule('deny', 'POST /containers/db/start')];
  const warned = (...args: Parameters<typeof warnings>) => warnings(...args).join('\n');
  expect(warned({ rules: [], readOnly: false }, tcp('127.0.0.1'), PLAIN)).toMatch(/root on this host/);
  expect(warned({ rules: [], readOnly: true }, tcp('127.0.0.1'), PLAIN)).toBe('');
  expect(warned({ rules, readOnly: false }, tcp('::1'), PLAIN)).toMatch(
    /gives away ContainerExec[^]*a client that gives db's id/,
  );
  const powers = ['POST /containers/create with power', 'ServiceCreate', 'ImageSearch'];
  const said = warned({ rules: powers.map((rule) => parseRule('allow', rule)), readOnly: false }, tcp('::1'), PLAIN);
  expect(said).toMatch(/create with power gives away ContainerCreate: root on this host$/m);
  expect(said).toMatch(/ServiceCreate lets nothing through[^]*lets the caller say where .* ImageSearch/);
  expect(warned({ rules: [], readOnly: true }, tcp('0.0.0.0'), { ...PLAIN, login: ann })).toMatch(/without TLS/);
});

test('the lines that the colleague types', () => {
  expect(howToUse(tcp('127.0.0.1'), PLAIN)).toEqual(['docker -H tcp://127.0.0.1:2375 ps']);
  expect(howToUse(tcp('192.0.2.1'), { ...PLAIN, tls: true, certificates: true })).toEqual([
    'docker --tlsverify --tlscacert ca.pem --tlscert cert.pem --tlskey key.pem -H tcp://192.0.2.1:2375 ps',
  ]);
  expect(howToUse(tcp('127.0.0.1'), { ...PLAIN, login: ann })[1]).toContain(ann.authorization);
  const fromFile = howToUse(tcp('127.0.0.1'), { ...PLAIN, login: ann, passwordFile: 'p' });
  expect(fromFile.join()).not.toContain(ann.authorization);
});
