import { duration, shellQuote } from '../../../text.ts';
import { checkOf } from '../../check.ts';
import { called, type ConnectionFacts, isThisHost } from '../connection-facts.ts';
import type { Certificate, TlsTalk } from './talk-facts.ts';
import { broken, type Given, handshake, NEEDS, place, TLS } from './tls-words.ts';

const check = checkOf<ConnectionFacts>();
const isSpoken = ({ outcome }: TlsTalk) => outcome === 'spoken';
const dateOf = (ms: number) => new Date(ms).toISOString().slice(0, 10);
const whose = (of: Certificate, at: number) => (at === 0 ? 'the certificate' : `the CA certificate "${of.subject}"`);

/** What is wrong with the certificate that a server shows, in causal order. */
export const CERTIFICATE_CHECKS = [
  check({
    id: 'tls.expired',
    layer: TLS,
    about: 'Its certificate, or one of a CA of its chain, has expired.',
    needs: [...NEEDS, 'now'],
    find: ({ now, ...given }) => {
      const at = given.tls.chain.findIndex(({ validTo }) => validTo < now);
      const old = given.tls.chain[at];
      if (old === undefined) return [];
      return broken(
        given,
        `${whose(old, at)} of ${place(given)} expired ${duration(now - old.validTo)} ago, on ${dateOf(old.validTo)}`,
        `notAfter=${new Date(old.validTo).toISOString()}`,
        [{ what: 'renew it, and let the server read it again; it is of', command: handshake(given) }],
      );
    },
  }),
  check({
    id: 'tls.not-yet-valid',
    layer: TLS,
    about: 'Its certificate is not valid yet: it is too new, or a clock is wrong.',
    needs: [...NEEDS, 'now'],
    find: ({ now, ...given }) => {
      const at = given.tls.chain.findIndex(({ validFrom }) => validFrom > now);
      const young = given.tls.chain[at];
      if (young === undefined) return [];
      return broken(
        given,
        `${whose(young, at)} of ${place(given)} is valid in ${duration(young.validFrom - now)} only, from ${dateOf(young.validFrom)} on`,
        `notBefore=${new Date(young.validFrom).toISOString()}`,
        [{ what: "see whether this host's clock is right", command: 'date; timedatectl' }],
      );
    },
  }),
  check({
    id: 'tls.wrong-name',
    layer: TLS,
    about: 'Its certificate is for other names than the one that it is called by.',
    needs: NEEDS,
    find: (given) => {
      const { expected, isForName, chain } = given.tls;
      const [leaf] = chain;
      if (isForName || leaf === undefined) return [];
      const names = leaf.names === '' ? `none but "${leaf.subject}"` : withoutKinds(leaf.names);
      return broken(
        given,
        `the certificate of ${place(given)} is not for ${expected}: it is for ${names}`,
        leaf.names || `CN=${leaf.subject}`,
        [
          {
            what: 'call it by one of these names, or make it a certificate for this one; see it',
            command: handshake(given),
          },
        ],
      );
    },
  }),
  check({
    id: 'tls.unknown-ca',
    layer: TLS,
    about: "The container's own CA certificates do not lead to the server's: nobody in it knows who signed that.",
    needs: NEEDS,
    find: (given) => {
      const { distrust, bundle, chain } = given.tls;
      if (!isSpoken(given.tls) || !isUnknown(distrust)) return [];
      const last = chain.at(-1);
      const signer = distrust.startsWith('DEPTH_ZERO') ? 'itself' : `"${last?.issuer ?? 'somebody'}"`;
      const who = isThisHost(given.from) ? 'a public CA' : whoKnows(given, bundle.files.length > 0);
      return broken(
        given,
        `the certificate of ${place(given)} is signed by ${signer}, which is not known to ${who}`,
        distrust,
        [
          {
            what: 'give the container that CA, and its program the file',
            command: `docker run -v /PATH/ca.pem:/etc/ssl/certs/ca-certificates.crt:ro …`,
          },
        ],
        bundle.files.map((file) => ({
          seen: file,
          command: `dbg cat ${shellQuote(given.from.name)} ${shellQuote(file)}`,
        })),
      );
    },
  }),
  check({
    id: 'tls.no-bundle',
    layer: TLS,
    about: 'The container has no CA certificates at all: only a program that brings its own believes any server.',
    needs: NEEDS,
    find: (given) =>
      !isSpoken(given.tls) ||
      isThisHost(given.from) ||
      given.tls.bundle.files.length > 0 ||
      isUnknown(given.tls.distrust)
        ? []
        : [
            {
              severity: 'suspect',
              sentence: `${called(given.from)} has no CA certificates (as /etc/ssl/certs/ca-certificates.crt): a program that does not bring its own believes no server`,
              evidence: [
                {
                  seen: 'no such file',
                  command: `dbg cat ${shellQuote(given.from.name)} /etc/ssl/certs/ca-certificates.crt`,
                },
              ],
              next: [{ what: 'put them into its image', command: 'RUN apt-get install -y ca-certificates' }],
            },
          ],
  }),
] as const;

/**
 * OpenSSL's codes for a chain that leads to no CA that is believed
 * (openssl-verification-options(1)).
 */
const isUnknown = (code: string) =>
  /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_GET_ISSUER_CERT(_LOCALLY)?|UNABLE_TO_VERIFY_LEAF_SIGNATURE|CERT_UNTRUSTED)$/.test(
    code,
  );
const whoKnows = ({ from, tls: { bundle } }: Given, hasBundle: boolean) =>
  hasBundle
    ? `the ${bundle.count} CAs of ${bundle.files.join(' and ')} of "${from.name}"`
    : `public CAs, and "${from.name}" has no CA certificates of its own`;
const withoutKinds = (names: string) => {
  const all = names.split(', ').map((name) => name.replace(/^(DNS|IP Address):/, ''));
  return all.length > 5 ? `${all.slice(0, 5).join(', ')} and ${all.length - 5} more` : all.join(', ');
};
