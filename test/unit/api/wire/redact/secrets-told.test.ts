import { expect, test } from 'vitest';
import { nameOf, partOf, toldIn } from '../../../../../src/api/wire/redact/secrets-told.ts';

/** What of the words of a line is secret. In a word, "␣" stands for a blank. */
function told(line: string): string[] {
  const words = line.split(' ').map((word) => word.replaceAll('␣', ' '));
  return toldIn(words).map(([word, { from, to }]) => words[word]!.slice(from, to));
}

test.each([
  ['curl', 'curl'],
  ['/usr/bin/curl', 'curl'],
  ['C:/curl/CURL.EXE', 'curl'],
  ['curl.exes', 'curl.exes'],
  ['curl/', ''],
])('the program %s is named %s', (word, name) => expect(nameOf(word)).toBe(name));

test.each<[what: string, line: string, ...secrets: string[]]>([
  ['first', 'curl -u ann:pw', 'pw'],
  ['by its path', '/usr/bin/curl -u ann:pw', 'pw'],
  ['behind another', 'sudo curl -u ann:pw', 'pw'],
  ['two', 'curl -u ann:pw | mongosh -p other', 'pw', 'other'],
  ['in the value of a variable', 'PROBE=curl -u ann:pw', 'pw'],
  ['in the value of a variable of one letter', 'X=curl -u ann:pw', 'pw'],
  ['behind what is no variable', 'a/X=curl -u ann:pw'],
  ['in an option', '/app -o/usr/bin/curl -u ann:pw'],
  ['with a version', 'mongosh2.15 -p pw', 'pw'],
  ['with a number in its name', 'mon2gosh -p pw'],
  ['not known', '/app -u ann:pw'],
  ['with the word that it takes', 'docker login -u ann -p pw', 'pw'],
  ['with words before that one', 'helm registry login -p pw', 'pw'],
  ['without that word', 'docker run -p pw'],
  ['with that word before it', 'login docker -p pw'],
  ['of two words, whose name has a dash', 'neo4j admin set-initial-password pw'],
  ['of that name', 'neo4j-admin set-initial-password pw', 'pw'],
  ['named again', 'mongosh --host mongosh -p pw', 'pw'],
  ['named again behind the word that tells', 'redis-cli auth redis-cli pw', 'redis-cli', 'pw'],
  ['behind a wrapper', 'sshpass -p pw ssh -p other', 'pw'],
  ['behind a wrapper, and the same wrapper', 'sshpass -p pw ssh a sshpass -p other', 'pw', 'other'],
])('a program: %s', (_, line, ...secrets) => expect(told(line)).toEqual(secrets));

test.each<[what: string, line: string, ...secrets: string[]]>([
  ['attached', 'mongosh -ppw', 'pw'],
  ['attached, which ends with dashes', 'curl -uann:pw--', 'pw--'],
  ['attached, which is a port', 'mongosh -p27017'],
  ['attached behind "="', 'mongosh -p=pw', 'pw'],
  ['of a cookie that begins with "="', 'curl -b=sid=pw', 'sid=pw'],
  ['behind flags', 'curl -fsSu ann:pw', 'pw'],
  ['attached behind flags', 'curl -fsSuann:pw', 'pw'],
  ['behind letters that are no flags', 'curl -fou ann:pw'],
  ['behind flags alone', 'curl -fs ann:pw'],
  ['behind a letter without a dash', 'curl au ann:pw'],
  ['behind another letter', 'curl -o ann:pw'],
  ['only attached', 'mysql -ppw shop', 'pw'],
  ['only attached, and not there', 'mysql -p shop'],
  ['only attached, among flags', 'mysql -Bppw', 'pw'],
  ['only attached, of a long option', '7z a -hppw', 'pw'],
  ['only attached, of a long option, and not there', '7z a -hp a.7z'],
  ['only apart', 'influx -p pw', 'pw'],
  ['only apart, and attached', 'influx -ppw'],
  ['of a long option', 'curl --user ann:pw', 'pw'],
  ['of a long option behind "="', 'curl --user=ann:pw', 'pw'],
  ['of a long option behind ":"', 'redis-cli --pass:pw', 'pw'],
  ['of a longer option', 'curl --username ann:pw'],
  ['of a shorter option', 'curl --use ann:pw'],
  ['of a long option in capitals', 'curl --USER ann:pw'],
  ['of a long option with one dash in capitals', 'openssl rsa -PassIn pass:pw', 'pw'],
  ['of a long option with one dash', 'plink -pw pw ann@host', 'pw'],
  ['of an option with a slash', 'xfreerdp /u:ann /p:pw', 'pw'],
  ['of an option with a slash, in capitals', 'xfreerdp /P:pw', 'pw'],
  ['that is missing', 'mongosh -p'],
  ['that looks like an option', 'mongosh -p -pw', '-pw'],
  ['with another option behind it', 'curl -u ann:pw -U bob:other', 'pw', 'other'],
])('the value of an option: %s', (_, line, ...secrets) => expect(told(line)).toEqual(secrets));

test.each<[what: string, line: string, ...secrets: string[]]>([
  ['behind the program', 'wpa_passphrase net pw more', 'pw'],
  ['behind a word', 'rclone obscure pw more', 'pw'],
  ['behind a word in capitals', 'redis-cli CONFIG SET RequirePass pw more', 'pw'],
  ['the second behind a word', 'pulumi config set name pw more', 'pw'],
  ['each behind a word', 'redis-cli auth ann pw', 'ann', 'pw'],
  ['each, with a name and a value', 'redis-cli auth a=b', 'a=b'],
  ['not before the word', 'rclone pw obscure'],
  ['behind a word that has this one in it', 'rclone obscured pw'],
  ['behind options', 'rclone --fast obscure -v pw', 'pw'],
  ['behind a dash', 'consul x | nmcli - password pw', 'pw'],
  ['a dash as a word that counts', 'pulumi config set - pw', 'pw'],
  ['a name and a value, which say what they are', 'vault login method=userpass'],
  ['a value that only holds such a thing', 'vault login /a=b', '/a=b'],
  ['the word again', 'ngrok authtoken authtoken more', 'authtoken'],
  ['behind the end of a registry’s address', 'npm set //npm.example.com/:_password pw', 'pw'],
  ['behind a word that begins so', 'composer config http-basic.example.com ann pw', 'pw'],
  ['behind a word that begins like that', 'composer config home ann pw'],
  ['behind a word that ends so', 'composer config my-http-basic ann pw'],
  ['the last', 'mkpasswd sha pw', 'pw'],
  ['the last, where there is none', 'mkpasswd -m'],
  ['the last behind a word', 'openssl passwd -6 a pw', 'pw'],
  ['the last, which is that word', 'openssl passwd -6'],
  ['the last, without that word', 'openssl rsa a'],
  ['the last behind a flag', 'htpasswd -b users ann pw', 'pw'],
  ['the last behind a flag among others', 'htpasswd -nbB users ann pw', 'pw'],
  ['the last, without the flag', 'htpasswd -n ann'],
  ['the last behind a long option', 'htpasswd --b users ann'],
])('a word that is told by its place: %s', (_, line, ...secrets) => expect(told(line)).toEqual(secrets));

test.each<[value: string, isSecret: boolean]>([
  ['8080:80', false],
  ['80:8080', false],
  ['127.0.0.1:8080:80', false],
  ['8080:80/tcp', false],
  ['27017', false],
  ['6379', false],
  ['3306', false],
  ['5432', false],
  ['9042', false],
  ['1883', false],
  ['27018', true],
  ['x6379', true],
  ['63790', true],
  ['x8080:80', true],
  ['8080:80x', true],
  ['123456:80', true],
  ['80:123456', true],
  ['8080:80/', true],
  ['a:b:8080:80', true],
])('of mongo -p %s: is it a password? %s', (value, isSecret) =>
  expect(told(`mongo -p ${value}`)).toEqual(isSecret ? [value] : []),
);

test.each<[line: string, ...secrets: string[]]>([
  ['curl -u ann:p:w', 'p:w'],
  ['curl -u ann:'],
  ['curl -u ann'],
  ['lftp -u ann,pw', 'pw'],
  ['lftp -u ann'],
  ['smbclient -U ann%pw', 'pw'],
  ['smbclient -U ann'],
  ['kubectl --from-literal=db=pw', 'pw'],
  ['vault write a b=pw c=other', 'pw', 'other'],
  ['http -a ann:pw', 'pw'],
  ['http -a pw', 'pw'],
  ['openssl rsa -passin pass:pw', 'pw'],
  ['openssl rsa -passin=pass:pw', 'pw'],
  ['openssl rsa -passin file:pw'],
  ['redis-cli acl setuser ann on >pw ~* +@all', 'pw'],
  ['sqlplus ann/pw', 'pw'],
  ['sqlplus ann/pw@db', 'pw'],
  ['sqlplus ann/p@w@db', 'p@w'],
  ['sqlplus ann/pw@//db:1521/shop', 'pw'],
  ['sqlplus ann@db'],
  ['sqlplus /nolog'],
  ['sqlplus a/b/c'],
  ['sqlplus a@b/c'],
  ['sqlplus a␣b/c'],
  ['sqlplus a/b␣c'],
  ['curl -H X-Api-Key:pw', 'pw'],
  ['curl -H X-Api-Key:␣pw␣more', 'pw more'],
  ['curl -H X-Api-Key␣␣:␣␣pw', 'pw'],
  ['curl --header=X-Api-Key:pw', 'pw'],
  ['curl -H X-Api-Key:␣'],
  ['curl -H X-Api-Key'],
  ['curl -H Accept:␣pw'],
  ['curl -H ␣X-Api-Key:␣pw'],
])('the part that is secret: %s', (line, ...secrets) => expect(told(line)).toEqual(secrets));

test('a part in the middle of a word, and none where nothing is left', () => {
  expect(partOf('x=ann/pw@db', 2, '/')).toEqual({ from: 6, to: 8 });
  expect(partOf('x=X-Token: pw', 2, '#')).toEqual({ from: 11, to: 13 });
  expect(partOf('x=>pw', 2, '>')).toEqual({ from: 3, to: 5 });
  expect(partOf('x=pw', 2, ';')).toEqual({ from: 2, to: 4 });
  expect(partOf('x:y', 2, ':')).toBe(undefined);
  expect(partOf('-p', 2, '')).toBe(undefined);
});
