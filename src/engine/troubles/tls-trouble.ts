import { DbgError, errorCode, errorMessage, type NextStep } from '../../errors.ts';
import { shellLine, shellQuote } from '../../text.ts';
import { addressText, hostAndPort, type TcpAddress, type TlsFiles } from '../address.ts';

/**
 * The error for a connection that failed by TLS; undefined for another failure. The codes are
 * OpenSSL's, as Node passes them on (node:tls, "X509 certificate error codes"; openssl-errors(7)).
 */
export function tlsTrouble(address: TcpAddress, cause: unknown): DbgError | undefined {
  const code = errorCode(cause) ?? '';
  const { tls } = address;
  if (tls === undefined) return undefined;
  const where = addressText(address);
  const failed = (message: string, next: readonly NextStep[]) => new DbgError(message, { cause, next });
  switch (code) {
    case 'CERT_HAS_EXPIRED':
      return failed(`the certificate of the engine at ${where}, or of a CA that signed it, has expired`, [
        shownBy(address, '-dates'),
        { what: 'this machine believes that it is', command: 'date' },
      ]);
    case 'CERT_NOT_YET_VALID':
      return failed(`the certificate of the engine at ${where} is not valid yet: it is too new, or a clock is wrong`, [
        shownBy(address, '-dates'),
        { what: 'this machine believes that it is', command: 'date' },
      ]);
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return failed(`the certificate of the engine at ${where} is not for "${address.host}"${namesOf(cause)}`, [
        { what: 'use a name of the certificate', command: `dbg -H tcp://NAME:${address.port} --tlsverify …` },
      ]);
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'CERT_SIGNATURE_FAILURE': {
      const known = tls.ca === undefined ? 'a CA that this system trusts' : `the CA in ${tls.ca}`;
      return failed(`the certificate of the engine at ${where} is not signed by ${known}`, [
        shownBy(address, '-issuer'),
        ...(tls.ca === undefined ? [] : [inFile('the CA that dbg trusts', tls.ca, '-subject')]),
      ]);
    }
  }
  // The code of a failed handshake may be EPROTO, and the reason in the message alone.
  const told = `${code} ${reasonIn(errorMessage(cause)).toUpperCase().replace(/[ -]/g, '_')}`;
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|UNKNOWN_PROTOCOL|RECORD_LAYER/.test(told)) {
    return failed(`what listens at ${where} does not speak TLS, and dbg was told to`, [
      { what: 'without TLS', command: `env -u DOCKER_TLS -u DOCKER_TLS_VERIFY dbg -H ${shellQuote(where)} …` },
    ]);
  }
  if (told.includes('KEY_VALUES_MISMATCH')) {
    return failed(`the certificate ${tls.cert} and the key ${tls.key} do not belong together`, [
      {
        what: 'the key of the certificate',
        command: shellLine(['openssl', 'x509', '-noout', '-pubkey', '-in', tls.cert!]),
      },
      { what: 'and the key', command: shellLine(['openssl', 'pkey', '-pubout', '-in', tls.key!]) },
    ]);
  }
  const [alert] = /(?<=ALERT_)\w+/.exec(told) ?? [];
  if (alert !== undefined) return refusedByEngine(where, tls, alert, failed);
  if (/^ERR_(SSL|OSSL|TLS)/.test(code) || code === 'EPROTO') {
    return failed(`TLS with the engine at ${where} fails: ${reasonIn(errorMessage(cause))}`, [
      shownBy(address, '-text'),
    ]);
  }
  return undefined;
}

/**
 * The engine ended the handshake with an alert (RFC 8446, 6.2), nearly always for a certificate of
 * dbg's.
 */
function refusedByEngine(
  where: string,
  { cert: file, key }: TlsFiles,
  alert: string,
  failed: (message: string, next: readonly NextStep[]) => DbgError,
): DbgError {
  const cert = key === undefined ? undefined : file;
  if (cert === undefined && /CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE|BAD_CERTIFICATE/.test(alert)) {
    return failed(`the engine at ${where} wants a certificate of yours, and dbg has none`, [
      { what: 'say in which folder cert.pem and key.pem are', command: 'export DOCKER_CERT_PATH=…' },
    ]);
  }
  const reason = alert.replaceAll('_', ' ').toLowerCase();
  return failed(
    cert === undefined
      ? `the engine at ${where} ends the TLS handshake (${reason})`
      : `the engine at ${where} does not accept the certificate ${cert} (${reason})`,
    cert === undefined ? [] : [inFile('who signed it, and until when', cert, '-issuer', '-dates')],
  );
}

/** The names in a certificate, which Node gives with the error. */
function namesOf(cause: unknown): string {
  const { cert } = cause as { cert?: { subjectaltname?: unknown } };
  return typeof cert?.subjectaltname === 'string' ? `, but for ${cert.subjectaltname.slice(0, 300)}` : '';
}

/** OpenSSL's reason out of "C0B0…:error:0A000126:SSL routines:…:unexpected eof:../ssl/…". */
const reasonIn = (message: string) => /:SSL routines:[^:]*:([^:]+)/.exec(message)?.[1] ?? message.split('\n')[0]!;

const shownBy = (address: TcpAddress, wanted: string): NextStep => ({
  what: 'the certificate that it shows',
  command: `openssl s_client -connect ${shellQuote(hostAndPort(address))} </dev/null | openssl x509 -noout ${wanted}`,
});

const inFile = (what: string, path: string, ...wanted: readonly string[]): NextStep => ({
  what,
  command: shellLine(['openssl', 'x509', '-noout', ...wanted, '-in', path]),
});
