import { expect, test } from 'vitest';
import { redactCommands } from '../../../../../src/api/wire/redact/redact-command.ts';
import { KNOWN, toldIn } from '../../../../../src/api/wire/redact/secrets-told.ts';

// What each program is told in secret: "PW" stands for it, and "bob" for what is none.
const LINES = `
curl -u bob:PW -Ubob:PW --user=bob:PW --proxy-user bob:PW --oauth2-bearer PW --pass PW
curl --proxy-pass PW --tlspassword PW -E bob:PW --cert bob:PW --proxy-cert bob:PW
curl -b bob=PW --cookie bob=PW -H Token:PW --header Token:PW --proxy-header Token:PW -fsSLu bob:PW
wget --header Token:PW
http -a bob:PW --auth PW
https -a bob:PW
xh -a bob:PW
httpie -a bob:PW
ab -A bob:PW -P bob:PW -H Token:PW
siege -A bob:PW
hey -a bob:PW -H Token:PW
wrk -H Token:PW --header Token:PW -header Token:PW
bombardier -H Token:PW
vegeta -header Token:PW
lftp -u bob,PW
ncftp -u bob -p PW
mysql -u bob -pPW bob
mariadb-dump -BpPW bob
mycli -pPW
mysqladmin -pPW password PW
mydumper -p PW
mongo -u bob -p PW
redis-cli -a PW --pass PW
redis-cli auth PW PW
redis-cli config set requirepass PW bob
redis-cli config set masterauth PW bob
redis-cli acl setuser bob >PW
sqlcmd -U bob -P PW
sqlplus bob/PW@bob
cqlsh -u bob -p PW
neo4j-admin set-initial-password PW
influx -t PW -p PW
etcdctl --user bob:PW
ldapsearch -x -w PW -xw PW
ldappasswd -w PW -a PW -s PW -xw PW
smbclient -U bob%PW --user bob%PW -NU bob%PW
wbinfo -a bob%PW --authenticate bob%PW
sshpass -p PW ssh -p bob
plink -pw PW bob@bob
ssh-keygen -N PW -P PW -qN PW
htpasswd -b bob bob PW
mosquitto_passwd -b bob bob PW
openssl rsa -passin pass:PW -passout pass:PW -pass pass:PW -password pass:PW -srppass pass:PW
openssl enc -k PW -K PW -psk PW
openssl passwd PW
mkpasswd bob PW
caddy hash --plaintext PW
zip -P PW bob
unzip -qP PW bob
7z a -pPW -hpPW bob
docker login -u bob -p PW bob
helm registry login -p PW bob
oras login -p PW
skopeo copy --creds bob:PW --src-creds bob:PW --dest-creds bob:PW
kubectl create secret generic bob --from-literal bob=PW
oc create --from-literal=bob=PW
az storage --account-key PW --sas-token PW --connection-string PW
aws configure set aws_secret_access_key PW
aws configure set aws_session_token PW
aws secretsmanager create-secret --secret-string PW --secret-binary PW
aws ssm put-parameter --name bob --value PW
mc alias set bob http://bob bob PW
mc config host add bob http://bob bob PW
rclone obscure PW
rclone config pass PW
vault login PW
vault operator unseal PW
bao kv put bob bob=PW
vault write bob bob=PW
vault kv patch bob bob=PW
consul agent -encrypt PW -http-auth bob:PW
mosquitto_pub -u bob -P PW --pw PW
rabbitmqctl add_user bob PW
rabbitmqctl change_password bob PW
rabbitmqctl authenticate_user bob PW
rabbitmqadmin -u bob -p PW
snmpwalk -A PW -X PW -c PW bob
ipmitool -U bob -P PW -k PW -y PW
wpa_passphrase bob PW
nmcli device wifi connect bob password PW
nmcli connection modify bob wifi-sec.psk PW
nmcli connection modify bob 802-11-wireless-security.psk PW
iwconfig bob key PW
ngrok authtoken PW
ngrok config add-authtoken PW
npm config set _auth PW
yarn config set //bob/:_authToken PW
pnpm config set _password PW
yarn config set npmAuthToken PW
composer config http-basic.bob bob PW
composer config github-oauth.bob PW
composer config gitlab-token.bob PW
composer config gitlab-oauth.bob PW
composer config bearer.bob PW
poetry config pypi-token.bob PW
twine upload -u bob -p PW
nuget push bob -k PW -apikey PW -password PW
cargo login PW
gh secret set bob -b PW --body PW
fly secrets set bob=PW
flyctl secrets set bob=PW
heroku config:set bob=PW
netlify deploy --auth PW
vercel -t PW
snyk auth PW
pulumi config set bob PW
ansible-vault encrypt_string PW
useradd -p PW bob
xfreerdp /u:bob /p:PW
rdesktop -u bob -p PW
swaks -au bob -ap PW
sendemail -xu bob -xp PW
java -jar jenkins-cli.jar -auth bob:PW
elasticsearch-users bob -p PW
grafana-cli admin reset-admin-password PW
bitcoin-cli walletpassphrase PW
`;

test.each(LINES.trim().split('\n'))('%s', (line) => {
  const words = line.split(' ');
  const shown = [...words];
  for (const [word, { from, to }] of toldIn(words)) shown[word] = words[word]!.slice(0, from) + words[word]!.slice(to);
  expect(shown.join(' ')).toBe(line.replaceAll('PW', ''));
});

test('programs that are told the same are known by all their names', () => {
  for (const names of [
    'mysql mysqldump mysqlimport mysqlcheck mysqlshow mysqlslap mysqlpump mysqlbinlog mariadb mariadb-backup',
    'mongo mongosh mongodump mongorestore mongoimport mongoexport mongostat mongotop mongofiles',
    'docker-login podman-login nerdctl-login buildah-login skopeo-login helm-login crane-login az-login',
    'ldapsearch ldapadd ldapmodify ldapdelete ldapwhoami',
    'snmpwalk snmpget snmpset snmpbulkwalk snmptrap',
  ]) {
    const [first, ...others] = names.split(' ').map((name) => KNOWN.get(name));
    expect(first).toBeDefined();
    for (const other of others) expect(other).toBe(first);
  }
});

// What they read from stdin is a secret.
test.each([
  'chpasswd -e',
  'kinit bob',
  'cryptsetup open bob',
  'smbpasswd -s',
  'vncpasswd -f',
  'su bob',
  'passwd bob',
  'wg pubkey',
  'sudo -S bob',
  'sudo -kS bob',
  'sudo --stdin bob',
  'gpg -d --passphrase-fd',
  'openssl rsa -passin stdin',
  'openssl rsa -passin fd:0',
  'openssl passwd',
  'htpasswd -ni bob',
  'htpasswd -i bob',
  'gh auth login --with-token',
  'gh secret set bob',
  ...[
    'docker',
    'podman',
    'nerdctl',
    'buildah',
    'skopeo',
    'helm',
    'crane',
    'oras',
    'cosign',
    'regctl',
    'az',
    'heroku',
  ].map((program) => `${program} login --password-stdin`),
  'docker secret create bob -',
])('it is read by: %s', (reader) =>
  expect(redactCommands(`echo bob:hunter2 | ${reader}`)).toBe(
    `echo ${reader.startsWith('chpasswd') ? 'bob:' : ''}[redacted] | ${reader}`,
  ),
);

test.each([
  'cat',
  'docker login',
  'docker login x--password-stdin',
  'gh auth login',
  'gh xsecret',
  'gh secrets',
  'gpg -d',
  'gpg x--passphrase-fd',
  'htpasswd -n bob',
  'htpasswd x-i',
  'openssl rsa',
  'openssl xpasswd',
  'openssl passwds',
  'sudo bob',
  'sudo x-S',
  'sudo -Sx',
  'wg show',
  'wg xpubkey',
  'wg pubkeys',
])('it is not read by: %s', (reader) =>
  expect(redactCommands(`echo bob:hunter2 | ${reader}`)).toBe(`echo bob:hunter2 | ${reader}`),
);
