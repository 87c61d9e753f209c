import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Lab } from '../support/lab.ts';
import { clinic, type Fault, type Healthy } from './clinic.ts';
import { listens, pair, serve } from './parties.ts';

interface Made {
  /** a name or an address, as OpenSSL writes it: "DNS:db" */
  readonly names: string;
  /** "20200101000000Z" */
  readonly from?: string;
  readonly to?: string;
}

/** A certificate that is signed by itself, and its key: the paths of two files. */
async function certificate(lab: Lab, { names, from = '20200101000000Z', to = '21200101000000Z' }: Made) {
  const file = (name: string) => join(lab.folder, name);
  const [key, cert, config] = [file('key.pem'), file('cert.pem'), file('ca.cnf')];
  await writeFile(
    config,
    `[ca]\ndefault_ca=d\n[d]\nnew_certs_dir=${lab.folder}\ndatabase=${file('index')}\nserial=${file('serial')}\ndefault_md=sha256\npolicy=p\nx509_extensions=e\n[p]\ncommonName=supplied\n[e]\nsubjectAltName=${names}\n[req]\ndistinguished_name=n\n[n]\n`,
  );
  await writeFile(file('index'), '');
  await writeFile(file('serial'), '01\n');
  const csr = file('request.pem');
  const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  await execa('openssl', ['req', '-new', ...ec, '-keyout', key, '-out', csr, '-subj', '/CN=clinic', '-config', config]);
  const ca = ['ca', '-batch', '-selfsign', '-notext', '-config', config, '-keyfile', key, '-in', csr];
  await execa('openssl', [...ca, '-startdate', from, '-enddate', to, '-out', cert]);
  return { key, cert };
}

interface Tls extends Partial<Made> {
  /** further options of openssl's s_server */
  readonly options?: readonly string[];
  /** the bundle of CAs of the container that asks: "own", with the certificate in it, another one's, or none */
  readonly bundle?: 'own' | 'other' | 'none';
}

/** A pair, of which one serves TLS on port 443; `words`: of `dbg why`. */
async function tlsPair(lab: Lab, { names, from, to, options = [], bundle = 'own' }: Tls, ...words: readonly string[]) {
  const network = await lab.network('n');
  const db = await lab.run('db', { options: ['--network', network] });
  const times = { ...(from ? { from } : {}), ...(to ? { to } : {}) };
  const { key, cert } = await certificate(lab, { names: names ?? `DNS:${db}`, ...times });
  const roots = join(lab.folder, 'roots.crt');
  await writeFile(
    roots,
    bundle === 'own' ? await readFile(cert) : await readFile('/etc/ssl/certs/ca-certificates.crt'),
  );
  const mount = bundle === 'none' ? [] : ['-v', `${roots}:/etc/ssl/certs/ca-certificates.crt:ro`];
  const web = await lab.run('web', { options: ['--network', network, ...mount] });
  await serve(lab, db, 'openssl', 's_server', '-quiet', '-accept', '443', '-cert', cert, '-key', key, ...options);
  return [web, `${db}:443`, '--tls', ...words];
}

/** A pair, of which one answers each request at port 80 with what a piece of perl prints, which has the path in $p. */
async function httpPair(lab: Lab, perl: string, path = '/'): Promise<string[]> {
  const { web, db } = await sleepers(lab);
  await serve(lab, db, 'perl', '-MSocket', '-e', answering(perl));
  return [web, `${db}:80`, '--http', path];
}

const answering = (perl: string) =>
  `$SIG{CHLD}='IGNORE';socket(S,2,1,0);setsockopt(S,1,2,1);bind(S,pack_sockaddr_in(80,INADDR_ANY));listen(S,9);while(accept(C,S)){next if fork;sysread C,$_,4096;($p)=/^GET (\\S+)/;select C;$|=1;${perl};exit}`;
const answer = (head: string, body = '') => `print "HTTP/1.1 ${head}\\r\\n\\r\\n${body}"`;

async function sleepers(lab: Lab) {
  const network = await lab.network('n');
  const web = await lab.run('web', { options: ['--network', network] });
  const db = await lab.run('db', { options: ['--network', network] });
  return { network, web, db };
}

const TLS_FAULTS: readonly Fault[] = [
  {
    title: 'wrong version number: the port speaks plain HTTP',
    first: 'tls.not-tls',
    says: 'does not speak TLS: it says "HTTP/1.1 400 Bad Request"',
    make: async (lab) => {
      const { web, db } = await pair(lab);
      return [web, `${db}:80`, '--tls'];
    },
  },
  {
    title: 'TLS hangs: the program takes the connection and says nothing',
    first: 'tls.silent',
    says: ':80 takes the connection',
    make: async (lab) => {
      const [web, db] = await httpPair(lab, 'sleep 60');
      return [web!, db!, '--tls'];
    },
  },
  {
    title: 'certificate has expired',
    first: 'tls.expired',
    says: 'on 2021-02-03',
    make: (lab) => tlsPair(lab, { to: '20210203000000Z' }),
  },
  {
    title: 'certificate is not yet valid',
    first: 'tls.not-yet-valid',
    says: 'from 2119-01-01 on',
    make: (lab) => tlsPair(lab, { from: '21190101000000Z' }),
  },
  {
    title: 'the name does not match the certificate',
    first: 'tls.wrong-name',
    says: 'it is for db.example, *.db.example',
    make: (lab) => tlsPair(lab, { names: 'DNS:db.example,DNS:*.db.example' }),
  },
  {
    title: 'unable to get local issuer certificate: the CA is not in the bundle of the container',
    first: 'tls.unknown-ca',
    says: /signed by itself, which is not known to the \d+ CAs of \/etc\/ssl\/certs\/ca-certificates.crt/,
    make: (lab) => tlsPair(lab, { bundle: 'other' }),
  },
  {
    title: 'self-signed certificate, and no CAs in the image',
    first: 'tls.unknown-ca',
    says: 'has no CA certificates of its own',
    make: (lab) => tlsPair(lab, { bundle: 'none' }),
  },
  {
    title: 'unsupported protocol: TLS 1.1 and no newer',
    first: 'tls.old-protocol',
    says: 'no newer TLS than TLS 1.1',
    make: (lab) => tlsPair(lab, { options: ['-tls1_1', '-cipher', 'DEFAULT@SECLEVEL=0'] }),
  },
  ...['-tls1_3', '-tls1_2'].map((version) => ({
    title: `certificate required, ${version}`,
    first: 'tls.client-certificate',
    says: "wants a certificate of the client's",
    make: (lab: Lab) => tlsPair(lab, { options: ['-Verify', '1', version] }),
  })),
  {
    title: 'handshake failure: no cipher in common',
    first: 'tls.refused',
    says: 'with the alert "handshake failure"',
    make: (lab) => tlsPair(lab, { options: ['-tls1_2', '-cipher', 'ECDHE-RSA-AES128-GCM-SHA256'] }),
  },
];

const HTTP_FAULTS: readonly Fault[] = [
  {
    title: 'status 502',
    first: 'http.server-error',
    says: 'status 502, so what stands behind it may not answer: "upstream is gone"',
    make: (lab) => httpPair(lab, answer('502 Bad Gateway', 'upstream is gone')),
  },
  {
    title: 'status 404',
    first: 'http.client-error',
    says: /\/health is answered with status 404/,
    make: async (lab) => {
      const { web, db } = await pair(lab);
      return [web, `${db}:80`, '--http', '/health'];
    },
  },
  {
    title: 'too many redirects: to itself',
    first: 'http.redirect-loop',
    says: 'by 1 redirect:',
    make: (lab) => httpPair(lab, answer('301 Moved\\r\\nLocation: $p')),
  },
  {
    title: 'too many redirects: to another page and back',
    first: 'http.redirect-loop',
    says: 'by 2 redirects:',
    make: (lab) => httpPair(lab, `$t=$p eq '/a'?'/':'/a';${answer('302 Found\\r\\nLocation: $t')}`),
  },
  {
    title: 'too many redirects: on and on',
    first: 'http.redirect-loop',
    says: 'on and on by 10 redirects',
    make: (lab) => httpPair(lab, answer('302 Found\\r\\nLocation: ${p}x')),
  },
  {
    title: 'it is redirected to https, where nothing listens',
    first: 'http.no-tls',
    says: /redirected to https:.*, and no TLS is spoken there/,
    make: async (lab) => httpPair(lab, answer(`301 Moved\\r\\nLocation: https://${lab.name('db')}/`)),
  },
  {
    title: 'the page hangs',
    first: 'http.silent',
    says: /within \d+(\.\d+)? s/,
    make: (lab) => httpPair(lab, 'sleep 60'),
  },
  { title: 'empty reply from server', first: 'http.closed', says: 'is closed', make: (lab) => httpPair(lab, '') },
  {
    title: 'it speaks something else',
    first: 'http.not-http',
    says: '"-ERR unknown command"',
    make: (lab) => httpPair(lab, 'print "-ERR unknown command\\r\\n"'),
  },
  {
    title: 'it is slow: the first byte takes a second and a half',
    first: 'http.slow',
    severity: 'suspect',
    says: /takes 1\.\d s/,
    make: (lab) => httpPair(lab, `select(undef,undef,undef,1.5);${answer('200 OK', 'late')}`),
  },
];

const HEALTHY: readonly Healthy[] = [
  { title: 'TLS 1.3, by a CA of its own', make: (lab) => tlsPair(lab, {}) },
  { title: 'TLS 1.2', make: (lab) => tlsPair(lab, { options: ['-tls1_2'] }) },
  { title: 'a certificate for many names', make: (lab) => tlsPair(lab, { names: `DNS:x,DNS:${lab.name('db')}` }) },
  { title: 'a client certificate that may be left out', make: (lab) => tlsPair(lab, { options: ['-verify', '1'] }) },
  { title: 'HTTP over TLS', make: (lab) => tlsPair(lab, { options: ['-www'] }, '--http', '/') },
  { title: 'HTTP', make: (lab) => httpPair(lab, answer('200 OK', 'well')) },
  { title: 'HTTP without a body', make: (lab) => httpPair(lab, answer('204 No Content')) },
  {
    title: 'a redirect to another page',
    make: (lab) => httpPair(lab, `$p eq '/'?${answer('302 F\\r\\nLocation: /home')}:${answer('200 OK')}`),
  },
  {
    title: 'a redirect to another host',
    make: (lab) => httpPair(lab, answer('301 Moved\\r\\nLocation: https://www.example/')),
  },
  { title: 'credentials are wanted', make: (lab) => httpPair(lab, answer('401 Unauthorized')) },
  {
    title: 'TLS at the address, which the certificate has',
    make: async (lab) => {
      const { web, db } = await sleepers(lab);
      const address = await lab.address(db);
      const { key, cert } = await certificate(lab, { names: `IP:${address}` });
      const asker = await lab.run('asker', {
        options: ['--network', `container:${web}`, '-e', 'SSL_CERT_FILE=/ca.pem', '-v', `${cert}:/ca.pem:ro`],
      });
      await serve(lab, db, 'openssl', 's_server', '-quiet', '-accept', '443', '-cert', cert, '-key', key);
      return [asker, `${address}:443`, '--tls'];
    },
  },
  {
    title: 'a published port, by HTTP',
    make: async (lab) => {
      const served = await lab.run('served', { options: ['-p', '80'] });
      await serve(lab, served, 'perl', '-MSocket', '-e', answering(answer('200 OK')));
      await listens(lab, served);
      return [`:${/:(\d+)/.exec(await lab.docker('port', served, '80'))![1]!}`, '--http', '/'];
    },
  },
];

clinic('TLS', TLS_FAULTS, []);
clinic('HTTP', HTTP_FAULTS, HEALTHY);
