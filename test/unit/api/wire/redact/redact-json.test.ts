import { expect, test } from 'vitest';
import { redactJson } from '../../../../../src/api/wire/redact/redact-json.ts';
import type { RedactionRule } from '../../../../../src/api/wire/redact/redaction-rule.ts';

/** As random as a key. */
const KEY = '0123456789abcdef'.repeat(3);

const R = '[redacted]';

/** A text that is redacted only where it stands in what is no JSON. */
const LOOSE = '"the auth: abc"';
const kept = `{"x":${LOOSE},`;

test.each<[what: string, json: string]>([
  ['lists', `[${LOOSE},[],[1]]`],
  ['objects', `${kept}"y":{}}`],
  ['blanks and ends of lines', `\t{ "x" :\r\n${LOOSE} }\n`],
  ['two documents', `${kept}"y":1}\n{"z":2}`],
  ['a list of documents without brackets', `1,${LOOSE}`],
  ['true', `${kept}"y":true}`],
  ['false', `${kept}"y":false}`],
  ['null', `${kept}"y":null}`],
  ['a number', `${kept}"y":120}`],
  ['a number below zero', `${kept}"y":-1}`],
  ['a number with a fraction and an exponent', `${kept}"y":-1.5E+3,"z":2e-7}`],
  ['a number alone', '12'],
  ['a text alone', LOOSE],
])('JSON stays: %s', (_, json) => expect(redactJson(json)).toBe(json));

test.each<[what: string, json: string]>([
  ['a word', 'yes'],
  ['a number with letters', '1x'],
  ['a number behind letters', 'x1'],
  ['two dashes', '--1'],
  ['a dash', '-'],
  ['another sign', '\\'],
])('what is no JSON is redacted more: %s', (_, word) =>
  expect(redactJson(`{"y":${word},"x":${LOOSE}}`)).toBe(`{"y":${word},"x":"the auth: ${R}"}`),
);

test.each<[what: string, json: string, safe: string]>([
  ['a text', '{"a":"b', `{"a":"${R}`],
  ['a text of a list', '{"a":["b","c', `{"a":["b","${R}`],
  ['a text that has only begun', '{"a":"', `{"a":"${R}`],
  ['a text that ends with a backslash', '["a\\', `["${R}`],
  ['a key', '{"a":{"b', '{"a":{"b'],
  ['a key that holds a secret', '{"a":{"token=hunter2', `{"a":{"token=${R}"`],
  [
    'an object whose name says that its value is secret',
    '{"name":"password","value":"x"',
    `{"name":"password","value":"${R}"`,
  ],
  ['a list of arguments', '{"Cmd":["--token","x"', `{"Cmd":["--token","${R}"`],
])('JSON that is cut off: %s', (_, json, safe) => expect(redactJson(json)).toBe(safe));

test.each<[what: string, json: string, safe: string]>([
  ['a text', '{"Password":"x","a":"y"}', `{"Password":"${R}","a":"y"}`],
  ['an empty one', '{"password":""}', '{"password":""}'],
  ['a number', '{"auth":12,"dbPassword":-3,"a":4}', `{"auth":"${R}","dbPassword":"${R}","a":4}`],
  ['a number of a list', '{"a":[1,2]}', '{"a":[1,2]}'],
  [
    'whatever is below it',
    '{"jointokens":{"a":"b","c":["d",{"e":"f"}]}}',
    `{"jointokens":{"a":"${R}","c":["${R}",{"e":"${R}"}]}}`,
  ],
  ['of a program', '{"x":{"clientSecret":"y"}}', `{"x":{"clientSecret":"${R}"}}`],
  ['of several', '{"passwords":"x","apiTokens":"y"}', `{"passwords":"${R}","apiTokens":"${R}"}`],
  [
    'of how many there are',
    '{"tokens":12,"maxTokens":"34","passwords":5}',
    `{"tokens":12,"maxTokens":"34","passwords":"${R}"}`,
  ],
  ['of a list', '{"clientSecret":["x",["y"]],"a":"b"}', `{"clientSecret":["${R}",["${R}"]],"a":"b"}`],
  ['of an object', '{"db_password":{"value":"x","name":"y"}}', `{"db_password":{"value":"${R}","name":"${R}"}}`],
  [
    'of objects, which say where it is',
    '{"db_password":{"file":"./a","path":"/run/secrets/a","type":"env","a":"true","b":""}}',
    '{"db_password":{"file":"./a","path":"/run/secrets/a","type":"env","a":"true","b":""}}',
  ],
  [
    'of an object, and a secret’s key in it',
    '{"apiKey":{"password":"yes","auth":{"a":"yes"},"c":["--d"]}}',
    `{"apiKey":{"password":"${R}","auth":{"a":"${R}"},"c":["${R}"]}}`,
  ],
  [
    'of a login',
    '{"apiCredentials":{"Username":"ann","ServerAddress":"http://ann:pw@r/","value":"x"}}',
    `{"apiCredentials":{"Username":"ann","ServerAddress":"http://ann:${R}@r/","value":"${R}"}}`,
  ],
  ['of a list, which says nothing', '{"clientSecret":["","yes"]}', '{"clientSecret":["","yes"]}'],
  ['of a label', '{"Labels":{"db-password":["x"]}}', `{"Labels":{"db-password":["${R}"]}}`],
  ['of a program, that says nothing', '{"x":{"clientSecret":"false"}}', '{"x":{"clientSecret":"false"}}'],
  ['behind another key', '{"a":1,"password":"x"}', `{"a":1,"password":"${R}"}`],
  ['behind a list', '{"a":["b"],"password":"x"}', `{"a":["b"],"password":"${R}"}`],
  ['two names of data', '{"data":"x","secretdata":"y"}', '{"data":"x","secretdata":"y"}'],
  ['a header of registries', '{"X-Registry-Auth":"x"}', `{"X-Registry-Auth":"${R}"}`],
  ['of an unbalanced text', ']}{"password":"x"}]', `]}{"password":"${R}"}]`],
])('what stands behind a secret’s key: %s', (_, json, safe) => expect(redactJson(json)).toBe(safe));

// Their keys are names that somebody chose, or what stands below them only names a secret.
test.each([
  '{"Secrets":[{"File":{"Name":"db","UID":"0"},"SecretID":"a1","SecretName":"db-password"}]}',
  '{"Secrets":["db-password"]}',
  '{"secret":{"secretName":"db"}}',
  '{"filters":{"secret":["db"]}}',
  '{"NetworkSettings":{"Networks":{"shop-token":{"NetworkID":"a1","Aliases":["db"]}}}}',
  '{"NetworkSettings":{"Networks":{"auth":{"NetworkID":"a1","DriverOpts":{"a":"b"}}}}}',
  '{"NetworkingConfig":{"EndpointsConfig":{"my-secret":{"Links":["db"],"IPAMConfig":{"IPv4Address":"10.0.0.2"}}}}}',
  '{"Services":{"my-token":{"VIP":"10.0.0.2","Tasks":[{"Name":"a"}]}}}',
  '{"TaskTemplate":{"Networks":[{"Target":"my-secret","Aliases":["db"]}]}}',
  '{"Configs":[{"ConfigID":"a1","ConfigName":"db-password","File":{"Name":"db"}}]}',
  '{"CredentialSpec":{"Config":"a1"},"SecretName":"a","SecretID":"b"}',
])('what only names a secret stays: %s', (json) => expect(redactJson(json)).toBe(json));

test.each<[what: string, json: string, safe: string]>([
  ['arguments', '{"Networks":["--token","x"]}', `{"Networks":["--token","${R}"]}`],
  ['a list of names', '{"Networks":[["--token","x"]]}', `{"Networks":[["--token","${R}"]]}`],
  ['a secret’s name', '{"Networks":{"a":{"password":"x"}}}', `{"Networks":{"a":{"password":"${R}"}}}`],
  ['an object of a secret’s name', '{"secrets":{"token":{"a":"x"}}}', `{"secrets":{"token":{"a":"${R}"}}}`],
  ['a text of a secret’s name', '{"secrets":{"token":"x"}}', `{"secrets":{"token":"${R}"}}`],
  ['an object of a list', '{"secrets":[{"token":{"a":"x"}}]}', `{"secrets":[{"token":{"a":"${R}"}}]}`],
])('below such a key is judged: %s', (_, json, safe) => expect(redactJson(json)).toBe(safe));

test.each<[rule: RedactionRule, json: string, safe: string]>([
  ['all', '"x"', `"${R}"`],
  ['all', '["x",{"a":"y"}]', `["${R}",{"a":"${R}"}]`],
  ['all', '{"name":"x","cmd":["y"]}', `{"name":"${R}","cmd":["${R}"]}`],
  ['plain', '"session=x"', '"session=x"'],
  ['plain', '{"Data":{"x":"y"},"a":{"Data":"z"}}', '{"Data":{"x":"y"},"a":{"Data":"z"}}'],
  ['data', '{"Data":{"x":"y"},"a":{"x":"y"}}', `{"Data":{"x":"${R}"},"a":{"x":"y"}}`],
  ['login', '{"name":"x","image":"y"}', `{"name":"${R}","image":"${R}"}`],
  ['env', '"session=x"', `"session=${R}"`],
  ['env', '["session=x","a=y"]', `["session=${R}","a=y"]`],
  ['plain', '["session=x"]', '["session=x"]'],
  ['data', '{"Data":"x","SecretData":"y","a":"z"}', `{"Data":"${R}","SecretData":"${R}","a":"z"}`],
  ['data', '{"Networks":{"a":{"Data":"x"}}}', `{"Networks":{"a":{"Data":"${R}"}}}`],
  ['data', '{"Secret":{"Data":"x","a":"y"}}', `{"Secret":{"Data":"${R}","a":"y"}}`],
  ['data', '[{"Spec":{"Data":"x"}}]', `[{"Spec":{"Data":"${R}"}}]`],
  ['data', '["--password","x"]', `["--password","${R}"]`],
  [
    'login',
    '{"username":"ann","serveraddress":"r","email":"x"}',
    `{"username":"ann","serveraddress":"r","email":"${R}"}`,
  ],
  ['login', '{"serveraddress":"http://ann:pw@r/"}', `{"serveraddress":"http://ann:${R}@r/"}`],
  ['login', '{"x":{"username":"ann"}}', `{"x":{"username":"${R}"}}`],
])('by the rule “%s”: %s', (rule, json, safe) => expect(redactJson(json, rule)).toBe(safe));

test.each<[what: string, json: string, safe: string]>([
  ['a label', '{"Labels":{"session":"x","a":"y"}}', `{"Labels":{"session":"${R}","a":"y"}}`],
  ['a label in capitals, which is none', '{"Labels":{"PWD":"x"}}', '{"Labels":{"PWD":"x"}}'],
  ['what is no label', '{"a":{"session":"x"}}', '{"a":{"session":"x"}}'],
  ['below a label', '{"Labels":{"a":{"session":"x"}}}', '{"Labels":{"a":{"session":"x"}}}'],
  ['users and passwords of an option', '{"Options":{"o":"user=ann%pw,rw"}}', `{"Options":{"o":"user=ann%${R},rw"}}`],
  [
    'a label named like a list of arguments',
    '{"Labels":{"name":"session","value":"x"}}',
    '{"Labels":{"name":"session","value":"x"}}',
  ],
  ['a list of labels', '{"Labels":["session=x",{"session":"x"}]}', '{"Labels":["session=x",{"session":"x"}]}'],
  [
    'an image that looks random',
    `{"Attributes":{"image":"${KEY}","a":"${KEY}"}}`,
    `{"Attributes":{"image":"${KEY}","a":"${R}"}}`,
  ],
  ['the image of a label', '{"Labels":{"image":"http://ann:pw@r/x"}}', `{"Labels":{"image":"http://ann:${R}@r/x"}}`],
  ['the key of a filter', '{"label":{"session=x":true}}', `{"label":{"session=${R}":true}}`],
  ['the key of a filter of what is not to be', '{"label!":{"session=x":true}}', `{"label!":{"session=${R}":true}}`],
  ['the key of a filter without a value', '{"label!":{"session":true}}', '{"label!":{"session":true}}'],
  ['a key that is none of a filter', '{"a":{"session=x":true}}', '{"a":{"session=x":true}}'],
  ['a key of letters alone', `{"a":{"AIza${'A'.repeat(35)}":1}}`, `{"a":{"AIza${'A'.repeat(35)}":1}}`],
  ['a key of digits too', `{"a":{"AIza${'1'.repeat(35)}":1}}`, `{"a":{"${R}":1}}`],
])('names that a person chooses: %s', (_, json, safe) => expect(redactJson(json)).toBe(safe));

test.each<[what: string, json: string, safe: string]>([
  ['a name and a value', '{"Name":"db-password","Value":"x"}', `{"Name":"db-password","Value":"${R}"}`],
  ['a value and a name', '{"Value":"x","Name":"db-password"}', `{"Value":"${R}","Name":"db-password"}`],
  ['a key and a value', '{"Key":"db-password","Value":"x"}', `{"Key":"db-password","Value":"${R}"}`],
  [
    'a key beside a name',
    '{"Key":"db-password","Name":"a","Value":"x"}',
    '{"Key":"db-password","Name":"a","Value":"x"}',
  ],
  ['a value that says nothing', '{"Name":"password","Value":"true"}', '{"Name":"password","Value":"true"}'],
  ['a value without a name', '{"Value":"x"}', '{"Value":"x"}'],
  ['a value that is secret by its looks', '{"Value":"http://ann:pw@h/"}', `{"Value":"http://ann:${R}@h/"}`],
  ['a name that says too little', '{"Name":"session","Value":"x"}', '{"Name":"session","Value":"x"}'],
  [
    'such a name of a variable',
    '{"Env":[{"Name":"session","Value":"x"}]}',
    `{"Env":[{"Name":"session","Value":"${R}"}]}`,
  ],
  ['a name that holds a secret', '{"Name":"http://ann:pw@h/"}', `{"Name":"http://ann:${R}@h/"}`],
  ['a key that holds one', '{"Key":"http://ann:pw@h/"}', `{"Key":"http://ann:${R}@h/"}`],
  ['an image that holds one', '{"Image":"http://ann:pw@h/"}', `{"Image":"http://ann:${R}@h/"}`],
  [
    'secrets out of their order',
    '{"Value":"x","password":"y","Name":"token"}',
    `{"Value":"${R}","password":"${R}","Name":"token"}`,
  ],
])('what stands beside tells: %s', (_, json, safe) => expect(redactJson(json)).toBe(safe));

test.each(['Entrypoint', 'Command', 'Path', 'Cmd', 'Args', 'Arguments', 'Test', 'Shell', 'Anything'])(
  'the arguments of %s, in a list or a text',
  (key) => {
    expect(redactJson(`{"${key}":["/app","--password","x y"]}`)).toBe(`{"${key}":["/app","--password","${R}"]}`);
    expect(redactJson(`{"${key}":"/app --password x"}`)).toBe(`{"${key}":"/app --password ${R}"}`);
  },
);

test.each<[what: string, json: string, safe: string]>([
  ['a list alone', '["--password","x"]', `["--password","${R}"]`],
  ['a list in a list', '{"Cmd":[["--password","x"]]}', `{"Cmd":[["--password","${R}"]]}`],
  ['in two lists of the same name', '{"Cmd":["--token","x"],"Cmd":["a"]}', `{"Cmd":["--token","${R}"],"Cmd":["a"]}`],
  ['a program and its arguments', '{"Args":["-p","x"],"Path":"mongosh"}', `{"Args":["-p","${R}"],"Path":"mongosh"}`],
  ['the image’s program', '{"Image":"mongosh","Cmd":["-p","x"]}', `{"Image":"mongosh","Cmd":["-p","${R}"]}`],
  ['with a tag', '{"Image":"a/mongosh:2.1","Cmd":["-p","x"]}', `{"Image":"a/mongosh:2.1","Cmd":["-p","${R}"]}`],
  [
    'with a digest',
    '{"Image":"mongosh@sha256:00","Cmd":["-p","x"]}',
    `{"Image":"mongosh@sha256:00","Cmd":["-p","${R}"]}`,
  ],
  [
    'with both',
    '{"Image":"r:5000/mongosh:2@sha256:0","Cmd":["-p","x"]}',
    `{"Image":"r:5000/mongosh:2@sha256:0","Cmd":["-p","${R}"]}`,
  ],
  ['of another image', '{"Image":"mongosh/app:2","Cmd":["-p","x"]}', '{"Image":"mongosh/app:2","Cmd":["-p","x"]}'],
  ['without an image', '{"Cmd":["-p","x"]}', '{"Cmd":["-p","x"]}'],
  [
    'of an image with a program of its own',
    '{"Image":"mongosh","Entrypoint":["/app"],"Cmd":["-p","x"]}',
    '{"Image":"mongosh","Entrypoint":["/app"],"Cmd":["-p","x"]}',
  ],
  ['random, of a command', `{"Cmd":["/app","${KEY}"]}`, `{"Cmd":["/app","${R}"]}`],
  ['random, of a health check', `{"Test":["CMD","${KEY}"]}`, `{"Test":["CMD","${R}"]}`],
  ['random, of a shell', `{"Shell":["sh","${KEY}"]}`, `{"Shell":["sh","${R}"]}`],
  ['random, of no command', `{"Ids":["/app","${KEY}"]}`, `{"Ids":["/app","${KEY}"]}`],
  ['with an address', '{"Ids":["http://ann:pw@h/"]}', `{"Ids":["http://ann:${R}@h/"]}`],
  [
    'of a service',
    '{"a":{"Command":["mongosh"],"Args":["-p","x"]}}',
    `{"a":{"Command":["mongosh"],"Args":["-p","${R}"]}}`,
  ],
])('arguments: %s', (_, json, safe) => expect(redactJson(json)).toBe(safe));

// Where the time grows with the square of the length, as it once did, each of these takes minutes.
test.each<[what: string, json: string]>([
  ['the name of an image', JSON.stringify({ Image: `${'a'.repeat(400_000)}/`, Cmd: ['x'] })],
  ['the name of an image, of many parts', JSON.stringify({ Image: `${'a:'.repeat(400_000)}/`, Cmd: ['x'] })],
  ['a program like a version', JSON.stringify({ Cmd: ['x', `${'1'.repeat(400_000)}x`] })],
])('is read in a short time: %s', (_, json) => expect(redactJson(json)).not.toBe(''));

// A number is redacted only behind a key of JSON.
test.each<[what: string, value: string, isJson: boolean]>([
  ['an object', '{"password":12}', true],
  ['an object between blanks', ' {"password":12} \n', true],
  ['a list', '[{"password":12}]', true],
  ['a list between blanks', ' [{"password":12}]\n', true],
  ['behind a name', 'A.b-c_1={"password":12}', true],
  ['behind a name and blanks', 'A= [{"password":12}]', true],
  ['behind two names', 'A=b=[{"password":12}]', false],
  ['behind a word', 'a {"password":12}', false],
  ['behind a name that is none', 'a b={"password":12}', false],
  ['before a word', '{"password":12} a', false],
  ['without its end', '{"password":12', false],
  ['without quotes', '{password:12}', false],
])('JSON in a text: %s', (_, value, isJson) => {
  const safe = isJson ? value.replace('12', `"${R}"`) : value;
  expect(redactJson(JSON.stringify({ x: value }))).toBe(JSON.stringify({ x: safe }));
  expect(redactJson(JSON.stringify({ Labels: { x: value } }))).toBe(JSON.stringify({ Labels: { x: safe } }));
});
