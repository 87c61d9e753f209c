import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';

/** A CA that the test has made, with openssl. */
export interface Authority {
  readonly certificate: string;
  /**
   * Makes a certificate that this CA has signed, with its key: paths of PEM files.
   * @param days how long it is valid from now on; less than nothing: it has expired
   */
  sign(name: string, subjectNames: string, days?: number): Promise<{ readonly cert: string; readonly key: string }>;
}

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

export async function authority(folder: string, name: string): Promise<Authority> {
  mkdirSync(folder, { recursive: true });
  const [certificate, caKey] = [join(folder, `${name}.pem`), join(folder, `${name}.key`)];
  await execa('openssl', ['req', '-x509', ...KEY, '-subj', `/CN=${name}`, '-keyout', caKey, '-out', certificate]);
  return {
    certificate,
    sign: async (subject, subjectNames, days = 30) => {
      const at = (kind: string) => join(folder, `${subject}.${kind}`);
      await execa('openssl', ['req', ...KEY, '-subj', `/CN=${subject}`, '-keyout', at('key'), '-out', at('csr')]);
      writeFileSync(at('ext'), `subjectAltName=${subjectNames}\n`);
      const by = ['-CA', certificate, '-CAkey', caKey, '-days', String(days), '-extfile', at('ext')];
      await execa('openssl', ['x509', '-req', '-in', at('csr'), ...by, '-out', at('pem')]);
      return { cert: at('pem'), key: at('key') };
    },
  };
}
