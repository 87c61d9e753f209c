/**
 * Programs that are told a secret in their arguments, and where the secret stands. What holds for
 * any program, as --password or --token=…, is in secret-names.ts.
 *
 *     -p  --user   an option: its value is the next word, or stands behind it or behind its "="
 *     -p.          an option whose value only stands right behind it: -pVALUE
 *     -k~          an option whose value is only the next word, as longer options begin with it
 *     set+2        of the words that are no options, the second one behind the word "set"
 *     set+*        the same, but each of them
 *     +2           the same, but behind the program
 *     passwd+$     the same, but the last one, where the word "passwd" stands before it
 *     -b+$         … where the flag -b stands before it
 *     flags=abc    letters that may stand before the letter of an option: -fsSu VALUE
 *     wrapper      what follows the first word that is no option is another program's
 *
 * Behind an option or a place may stand which part of the value is secret. Otherwise all of it is.
 *
 *     : , % =      what follows the first such sign
 *     ;            what follows the first colon; all of the value where there is no colon
 *     /            what stands between a slash and an @
 *     @            what follows "pass:"
 *     #            the value of a header
 *     >            what follows a > at the beginning
 */
export const CLIENTS: readonly (readonly [programs: string, secrets: string])[] = [
  [
    'curl',
    '-u: --user: -U: --proxy-user: --oauth2-bearer --pass --proxy-pass --tlspassword -E: --cert: --proxy-cert: -b= --cookie= -H# --header# --proxy-header# flags=#012346aBfgGiIjJklLMnNOpqrRsSvVZ',
  ],
  ['wget', '--header#'],
  ['http https xh httpie', '-a; --auth;'],
  ['ab siege', '-A: -P: -H#'],
  ['hey', '-a: -H#'],
  ['wrk bombardier vegeta', '-H# --header# -header#'],
  ['lftp', '-u,'],
  ['ncftp ncftpget ncftpput ncftpls', '-p'],
  [
    'mysql mysqldump mysqlimport mysqlcheck mysqlshow mysqlslap mysqlpump mysqlbinlog mysql_upgrade mysqlsh mariadb mariadb-dump mariadb-check mariadb-import mariadb-show mariadb-slap mariadb-binlog mariadb-upgrade mariabackup mariadb-backup xtrabackup innobackupex mycli',
    '-p. flags=ABCEfGHiLNnoqrstTUvwX',
  ],
  ['mysqladmin mariadb-admin', '-p. password+1'],
  ['mydumper myloader', '-p'],
  ['mongo mongosh mongodump mongorestore mongoimport mongoexport mongostat mongotop mongofiles', '-p'],
  ['redis-cli valkey-cli keydb-cli', '-a --pass auth+* requirepass+1 masterauth+1 setuser+*>'],
  ['sqlcmd bcp osql isql tsql', '-P'],
  ['sqlplus expdp impdp sqlldr rman', '+*/'],
  ['cqlsh cypher-shell', '-p'],
  ['neo4j-admin', 'set-initial-password+1'],
  ['influx', '-t -p~'],
  ['etcdctl', '--user:'],
  ['ldapsearch ldapadd ldapmodify ldapdelete ldapwhoami ldapcompare ldapmodrdn ldapexop', '-w flags=AcCILMNnQtTuvxZ'],
  ['ldappasswd', '-w -a~ -s~ flags=nQvxZ'],
  ['smbclient rpcclient net smbget smbcacls smbtree', '-U% --user% flags=NkEgq'],
  ['wbinfo', '-a% --authenticate%'],
  ['sshpass', '-p wrapper'],
  ['plink pscp psftp putty', '-pw'],
  ['ssh-keygen', '-N -P flags=qy'],
  ['htpasswd mosquitto_passwd', '-b+$'],
  ['openssl', '-passin@ -passout@ -pass@ -password@ -srppass@ -k~ -K~ -psk passwd+$'],
  ['mkpasswd', '+$'],
  ['caddy', '--plaintext'],
  ['zip unzip zipcloak', '-P flags=0123456789DjmoqrTuvxy'],
  ['7z 7za 7zr rar unrar', '-p. -hp.'],
  [
    'docker-login podman-login nerdctl-login buildah-login skopeo-login helm-login crane-login regctl-login cosign-login oc-login az-login cf-login ibmcloud-login argocd-login',
    '-p',
  ],
  ['oras', '-p'],
  ['skopeo buildah podman crane', '--creds: --src-creds: --dest-creds:'],
  ['kubectl oc', '--from-literal='],
  ['az', '--account-key --sas-token --connection-string'],
  ['aws', 'aws_secret_access_key+1 aws_session_token+1 --secret-string --secret-binary'],
  ['aws-put-parameter', '--value'],
  ['mc', 'set+4 add+4'],
  ['rclone', 'obscure+1 pass+1'],
  ['vault bao', 'login+1 unseal+1 put+*= write+*= patch+*='],
  ['consul nomad serf', '-encrypt -http-auth:'],
  ['mosquitto_pub mosquitto_sub mosquitto_rr', '-P --pw'],
  ['rabbitmqctl', 'add_user+2 change_password+2 authenticate_user+2'],
  ['rabbitmqadmin', '-p'],
  ['snmpwalk snmpget snmpset snmpgetnext snmpbulkwalk snmpbulkget snmptrap snmptable snmpstatus', '-A -X -c'],
  ['ipmitool', '-P -k~ -y~'],
  ['wpa_passphrase', '+2'],
  ['nmcli', 'password+1 wifi-sec.psk+1 802-11-wireless-security.psk+1'],
  ['iwconfig', 'key+1'],
  ['ngrok', 'authtoken+1 add-authtoken+1'],
  ['npm yarn pnpm', '_auth+1 _authtoken+1 _password+1 npmauthtoken+1'],
  ['composer poetry', 'http-basic*+2 github-oauth*+1 gitlab-token*+1 gitlab-oauth*+1 bearer*+1 pypi-token*+1'],
  ['twine', '-p'],
  ['nuget dotnet', '-k~ -apikey -password'],
  ['cargo', 'login+1'],
  ['gh-secret', '-b --body'],
  ['fly-secrets flyctl-secrets', 'set+*='],
  ['heroku', 'config:set+*='],
  ['netlify', '--auth'],
  ['vercel codecov', '-t'],
  ['snyk', 'auth+1'],
  ['pulumi-config', 'set+2'],
  ['ansible-vault', 'encrypt_string+1'],
  ['useradd usermod', '-p'],
  ['xfreerdp wlfreerdp', '/p:'],
  ['rdesktop evil-winrm smbmap crackmapexec nxc', '-p'],
  ['swaks', '-ap'],
  ['sendemail', '-xp'],
  ['jenkins-cli.jar', '-auth:'],
  ['elasticsearch-users', '-p'],
  ['grafana-cli grafana', 'reset-admin-password+1'],
  ['bitcoin-cli', 'walletpassphrase+1'],
];

/**
 * Programs that read a secret from stdin. With a RegExp: only where one of their words matches it.
 */
export const READERS: readonly (readonly [program: string, word: RegExp | undefined])[] = [
  ['chpasswd', undefined],
  ['kinit', undefined],
  ['cryptsetup', undefined],
  ['smbpasswd', undefined],
  ['vncpasswd', undefined],
  ['su', undefined],
  ['passwd', undefined],
  ['wg', /^pubkey$/],
  ['sudo', /^(?:-\w*S|--stdin)$/],
  ['gpg', /^--passphrase-fd/],
  ['openssl', /^(?:stdin|fd:0|passwd)$/],
  ['htpasswd', /^-\w*i/],
  ['gh', /^(?:--with-token|secret)$/],
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
  ].map((program) => [program, /^(?:--password-stdin|secret)$/] as const),
];
