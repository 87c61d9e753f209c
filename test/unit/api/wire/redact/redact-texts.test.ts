import { expect, test } from 'vitest';
import { redactPairs, redactText } from '../../../../../src/api/wire/redact/redact-text.ts';

// Where the second text is left out, the first stays.
type Rows = readonly (readonly [text: string, shown?: string])[];
const rows = (all: Rows) => all.map(([text, shown = text]) => [text, shown] as const);
const safe = (text: string, shown: string) => expect(redactText(text)).toBe(shown);

/** So long that only the simplest pattern finds it. */
const LONG = 'p'.repeat(300);
const TOKEN = 'abcdefghijklmnopqrst';

test.each(
  rows([
    ['psk=a'],
    ['psk=ab', 'psk=[redacted]'],
    ['SWMTKN-1-abcdefg', '[redacted]'],
    ['the auth is bad'],
    ['the token:x'],
    ['the token x'],
  ]),
)('a short text: %s', safe);

test.each(
  rows([
    ['http://ann:pw@h/', 'http://ann:[redacted]@h/'],
    ['http://ann:p@w@h/', 'http://ann:[redacted]@h/'],
    ['http://ann:p/w@h/', 'http://ann:[redacted]@h/'],
    ['http://h:80/a@b'],
    ['a//ann:pw@h/'],
    [`http://ann:${LONG}@h/`, 'http://ann:[redacted]@h/'],
    [`http://:${LONG}@h/`, 'http://:[redacted]@h/'],
    [`//ann:${LONG}@h/`, '//ann:[redacted]@h/'],
    [`a//ann:${LONG}@h/`],
    [`.//ann:${LONG}@h/`],
    [`x://ann:${LONG}@sha256:9f`],
    [`x://ann:${LONG}@sha:9f`, 'x://ann:[redacted]@sha:9f'],
    [`x://ann:${LONG}@sha`, 'x://ann:[redacted]@sha'],
    [`http://a/b:${LONG}@h/`],
    [`http://a b:${LONG}@h/`],
    [`http://ann:p ${LONG}@h/`],
    [`http://${TOKEN}@h/`, 'http://[redacted]@h/'],
    [`http://${TOKEN.slice(1)}@h/`],
    [`a//${TOKEN}@h/`],
    [`http:// ${TOKEN}@h/`],
    ['ann:pw1@proxy:3128', 'ann:[redacted]@proxy:3128'],
    ['ann:pw1@tcp(db:3306)/shop', 'ann:[redacted]@tcp(db:3306)/shop'],
    ['nginx:1.25@sha256:9f'],
  ]),
)('a password in an address: %s', safe);

test.each(
  rows([
    ['Authorization: Basic a b', 'Authorization: Basic [redacted]'],
    ['x authorization=abc y', 'x authorization=[redacted] y'],
    ['authorization  =  abc y', 'authorization  =  [redacted] y'],
    ["'authorization'=abc", "'authorization'=[redacted]"],
    ['authorization=Bearer abc y', 'authorization=Bearer [redacted] y'],
    ['authorization=basic  abc y', 'authorization=basic  [redacted] y'],
    ['authorization = token abc y', 'authorization = token [redacted] y'],
    ['authorization=abc&y', 'authorization=[redacted]&y'],
    ['authorization=abc;y', 'authorization=[redacted];y'],
    ['authorization=abc,y', 'authorization=[redacted],y'],
    ['authorization=abc"y', 'authorization=[redacted]"y'],
    ['Cookie: a b', 'Cookie: [redacted]'],
    ['Cookie:a b', 'Cookie:[redacted]'],
    ['Cookie:  a b', 'Cookie:  [redacted]'],
    ['set-cookie: a', 'set-cookie: [redacted]'],
    ['Cookie2: a', 'Cookie2: [redacted]'],
    ['x "Cookie: a b" c', 'x "Cookie: [redacted]" c'],
    ['x\nCookie: a b\nc', 'x\nCookie: [redacted]\nc'],
    ['x-cookie: a b'],
    ['a bearer abcdefg1 b', 'a bearer [redacted] b'],
    ['bearer  abcdefg1', 'bearer  [redacted]'],
    ['Bearer ab+/=.~-1', 'Bearer [redacted]'],
    ['bearer abcdef1'],
    ['bearer abcdefgh'],
    ['bearer abcdefgh 1'],
    ['bearer abcdefgh 123456789'],
    ['forbearer abcdefg1'],
    [`a bearer ${TOKEN} b`, 'a bearer [redacted] b'],
    [`bearer  ${TOKEN}`, 'bearer  [redacted]'],
    [`bearer ${TOKEN.slice(1)}`],
    [`forbearer ${TOKEN}`],
  ]),
)('a header: %s', safe);

test.each(
  rows([
    ['/x?token=a', '/x?token=[redacted]'],
    ['/x?token=true'],
    ['/x?sig=a&b=c', '/x?sig=[redacted]&b=c'],
    ['/x?a=b&signature=c', '/x?a=b&signature=[redacted]'],
    ['/x?X-Amz-Signature=a', '/x?X-Amz-Signature=[redacted]'],
    ['/x?x-goog-credential=a', '/x?x-goog-credential=[redacted]'],
    ['/x?jwt=a', '/x?jwt=[redacted]'],
    ['/x?apikey=a', '/x?apikey=[redacted]'],
    ['/x?xsig=a'],
    ['/x?sigs=a'],
    ['/x?key=abcdefghijklmno1', '/x?key=[redacted]'],
    ['/x?state=abcdefghijklmno1', '/x?state=[redacted]'],
    ['/x?key=abcdefghijklmn1'],
    ['/x?key=abcdefghijklmnop'],
    ['/x?key=1234567890123456'],
    ['/x?akey=abcdefghijklmno1'],
    ['/x?keys=abcdefghijklmno1'],
    ['/x?name=abcdefghijklmno1'],
  ]),
)('a parameter: %s', safe);

test.each(
  rows([
    ['"password": "a b"', '"password": "[redacted]"'],
    ['"auth": "a"', '"auth": "[redacted]"'],
    ['"_auth": "a"', '"_auth": "[redacted]"'],
    ['"xauth": "a"'],
    ['"auths": "a"'],
    ['"password": ""'],
    ['"token_ttl": "60"'],
    ['"user": "token"'],
    ['password: a b', 'password: [redacted] b'],
    ['a: b\n  - password: a', 'a: b\n  - password: [redacted]'],
    ['password: true'],
    ['user: token'],
    ['password: [a'],
    ['password: |'],
    ['password: $(cat a)'],
    ['password: a[b', 'password: [redacted]'],
    ['password: ${P:-a}', 'password: ${P:-[redacted]}'],
    ['<password>a b</password>', '<password>[redacted]</password>'],
    ['<token-ttl>60</token-ttl>'],
    ['<user>token</user>'],
    ['ENV DB_PASSWORD a b', 'ENV DB_PASSWORD [redacted]'],
    ['ENV COLOUR token'],
    ["identified by 'a b'", "identified by '[redacted]'"],
    ['machine a login ann password hunter2 x', 'machine a login ann password [redacted] x'],
    ['a login  ann  password  hunter2"', 'a login  ann  password  [redacted]"'],
    ['a relogin ann password hunter2'],
    ['echo db:5432:shop:ann:hunter2 > ~/.pgpass', 'echo db:5432:shop:ann:[redacted] > ~/.pgpass'],
    ['echo *:*:*:*:hunter2 >>.pgpass', 'echo *:*:*:*:[redacted] >>.pgpass'],
    ['echo "a-b.c:5432:x.y:a-b:hunter2"  >  .pgpass', 'echo "a-b.c:5432:x.y:a-b:[redacted]"  >  .pgpass'],
    ['echo db:5432:shop:ann:abc >.pgpass', 'echo db:5432:shop:ann:[redacted] >.pgpass'],
    ['echo db:5432:shop:ann:ab >.pgpass'],
    ['echo db:5:shop:ann:hunter2 >.pgpass'],
    ['echo db:x:shop:ann:hunter2 >.pgpass'],
    ['echo db:5432:shop:ann:hunter2 > .passwd'],
    ['echo db:5432:shop:ann:hunter2 x .pgpass'],
  ]),
)('a field: %s', safe);

// The names end with four digits: so they are not taken for words of a command.
test.each(
  rows([
    ['x --token1234 a b', 'x --token1234 [redacted] b'],
    ['x --token1234:a b', 'x --token1234:[redacted] b'],
    ['x --token1234=a,b c', 'x --token1234=[redacted] c'],
    ['x token1234=a,b c', 'x token1234=[redacted],b c'],
    ['x token1234 := a b', 'x token1234 := [redacted] b'],
    ['x token1234 => a b', 'x token1234 => [redacted] b'],
    ['x --user=a'],
    ['x --token1234= a'],
    ['x --token1234=true'],
    ['x --token1234="true" b'],
    ["x --token1234='true' b"],
    ['x --token1234=\\"true\\" b'],
    ['x --token1234="a b" c', 'x --token1234=[redacted] c'],
    [`x --token1234="tr'ue" c`, 'x --token1234=[redacted] c'],
    ['x --token1234=$(cat a) b'],
    ['x --token1234=id=npm,src=/a b'],
    ['x --token1234=a --password=b', 'x --token1234=[redacted] --password=[redacted]'],
    ['--token=a,b', '--token=[redacted]'],
    ['token=a,b', 'token=[redacted],b'],
    ['SESSION="a b" c', 'SESSION=[redacted] c'],
    ['SESSION=a', 'SESSION=[redacted]'],
    ['SESSION1=a b', 'SESSION1=[redacted] b'],
    ['a SESSION=b c', 'a SESSION=[redacted] c'],
    ['a;SESSION=b', 'a;SESSION=[redacted]'],
    ['"SESSION=a"', '"SESSION=[redacted]"'],
    ['(SESSION=a', '(SESSION=[redacted]'],
    ['a:SESSION=b'],
    ['a/SESSION=b'],
    ['session=a'],
    ['SESSIONa=b'],
    ['SESSION-a=b'],
    ['a=b token1234:c'],
    ['a=b token1234 c'],
    ['aSESSION=b'],
    ['TOKEN_TTL=60'],
  ]),
)('a name and its value: %s', safe);

test.each(
  rows([
    ['x --token1234=${A} b'],
    ['x --token1234=${A:-a} b', 'x --token1234=${A:-[redacted]} b'],
    ['x --token1234=${A:-a b} c', 'x --token1234=${A:-[redacted]} c'],
    ['x --token1234="${A:-a}" b', 'x --token1234="${A:-[redacted]}" b'],
    ['x --token1234=${A:-a b', 'x --token1234=[redacted] b'],
    ['x --token1234=${A}b c', 'x --token1234=[redacted] c'],
    ['x --token1234=${A:-a},b c', 'x --token1234=${A:-[redacted]},b c'],
    ['x --token1234=${A}${B:-b} c', 'x --token1234=${A}${B:-[redacted]} c'],
    ['x --token1234=${A:-a}:${B:-b} c', 'x --token1234=${A:-[redacted]}:${B:-[redacted]} c'],
    ['SESSION=${A:-a b} c', 'SESSION=${A:-[redacted]} c'],
  ]),
)('a name and a reference: %s', safe);

test.each(
  rows([
    ['user=ann%pw,rw', 'user=ann%[redacted],rw'],
    ['rw,username=ann%p%w', 'rw,username=ann%[redacted]'],
    ['xuser=ann%pw'],
    ['user=a n%pw'],
    ['user=%pw'],
    ['user=ann'],
  ]),
)('a user and a password of an option: %s', (text, shown) => expect(redactPairs(text)).toBe(shown));
