import { expect, test } from 'vitest';
import { followCalls, type Call } from '../../../../../src/api/wire/calls/call.ts';
import { parseFilter, parseFilters } from '../../../../../src/api/wire/calls/call-filter.ts';
import { said } from '../conversation.ts';

const calls = new Map<string, Call>();
const follow = followCalls((call) => void calls.set(call.operation.name, call));
said([['GET /v1.41/containers/json?all=1', []], ['POST /containers/web/exec'], ['GET /_ping']]).forEach(follow);
const call = (name: string) => calls.get(name)!;

test.for([
  ['status>=400 and path~exec', false],
  ['status >= 200 and path~exec', true],
  ['status=200', true],
  ['status!=200', false],
  ['method=POST', true],
  ['method=post', false],
  ['method~post', true],
  ['path!~^/exec', true],
  ['op=ContainerExec', true],
  ['container=web', true],
  ['container="web"', true],
  ["container = 'we b'", false],
  ['path~(exec|attach)$', true],
  ['path~"(exec|attach)$"', true],
  ['not path~exec', false],
  ['!path~exec', false],
  ['! (path~exec and status=200)', false],
  ['path~json or path~exec', true],
  ['path~json || path~exec && status=500', false],
  ['path~json||path~exec&&status=500', false],
  ['path~json||status=200', true],
  ['path~json|exec&&status=200', true],
  ['(path~json || path~exec) && status=200', true],
  ['status=500 or status=404 or status=200', true],
  ['failed', false],
  ['not failed', true],
  ['peer', false],
  ['ms<1s', true],
  ['received<10kB', true],
  ['received>1MB', false],
  ['query=""', true],
  ['protocol=tcp', false],
  ['call=2 and conn=1', true],
  ['failed=false', true],
  ['failed!=false', false],
  ['status~^2', true],
] as const)('%s', ([text, wanted]) => {
  expect(parseFilter(text)(call('ContainerExec'), 'web')).toBe(wanted);
});

test.for([
  ['', 1, 'a field is expected: call, conn'],
  ['stat=200', 1, 'a field is expected'],
  ['constructor=1', 1, 'a field is expected'],
  ['status>=many', 9, 'no number'],
  ['status=many', 8, 'no number'],
  ['status!=4xx', 9, 'no number'],
  ['method<3', 7, 'method is not a number'],
  ['failed=yes', 8, 'neither true nor false'],
  ['path~(', 6, 'no regular expression'],
  ['path~"("', 6, 'no regular expression'],
  ['(status=200', 12, 'a ")" is missing'],
  ['status=200)', 11, 'not expected'],
  ['status=200 status=300', 12, 'not expected'],
  ['status=', 8, 'a value is missing'],
  ['status=200 and', 15, 'a field is expected'],
  ['status & 3', 8, 'not expected'],
] as const)('is refused: %s', ([text, column, why]) => {
  expect(() => parseFilter(text)).toThrow(`at column ${column}:`);
  expect(() => parseFilter(text)).toThrow(why);
});

test.for([
  [['status=200', 'path~exec'], true],
  [['status=200', 'path~json'], false],
  [['status=500 or path~exec', 'status=500'], false],
] as const)('several, each of which is to be true: %s', ([texts, wanted]) => {
  expect(parseFilters(texts)(call('ContainerExec'), 'web')).toBe(wanted);
});
