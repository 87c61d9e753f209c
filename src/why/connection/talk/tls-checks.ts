import { checkOf } from '../../check.ts';
import { atPeer, type ConnectionFacts } from '../connection-facts.ts';
import { broken, handshake, NEEDS, place, TLS } from './tls-words.ts';
import { whyLine } from './why-line.ts';

const check = checkOf<ConnectionFacts>();

/** What is wrong with a TLS handshake, in causal order. */
export const TLS_CHECKS = [
  check({
    id: 'tls.silent',
    layer: TLS,
    about: 'It connects, and nothing answers the beginning of a TLS handshake.',
    needs: NEEDS,
    find: (given) =>
      given.tls.outcome !== 'silent'
        ? []
        : broken(
            given,
            `${place(given)} takes the connection, and answers nothing to a TLS handshake`,
            'no byte came',
            atPeer(given.peer, 'see what its program does with it', (name) => `dbg strace ${name}`),
          ),
  }),
  check({
    id: 'tls.not-tls',
    layer: TLS,
    about: 'What answers does not speak TLS: dbg shows what it said.',
    needs: NEEDS,
    find: (given) =>
      given.tls.outcome !== 'not TLS'
        ? []
        : broken(given, `${place(given)} does not speak TLS: it says "${given.tls.beginning}"`, given.tls.beginning, [
            {
              what: 'ask it without TLS, or at the port that it has for TLS',
              command: whyLine(given, given.wish.host, [given.wish.host, given.tls.port]),
            },
          ]),
  }),
  check({
    id: 'tls.client-certificate',
    layer: TLS,
    about: "It wants a certificate of the client's (mutual TLS).",
    needs: NEEDS,
    find: (given) => {
      const { clientCertificate } = given.tls;
      if (clientCertificate === 'none') return [];
      const isRequired = clientCertificate === 'required';
      const [finding] = broken(
        given,
        isRequired
          ? `${place(given)} wants a certificate of the client's, and ends the handshake without one`
          : `${place(given)} asks for a certificate of the client's, and may refuse what comes without one`,
        given.tls.alert || 'Acceptable client certificate CA names',
        [{ what: 'give the client one', command: `${handshake(given)} -cert CLIENT.pem -key CLIENT.key` }],
      );
      return [{ ...finding!, severity: isRequired ? 'broken' : 'suspect' }];
    },
  }),
  check({
    id: 'tls.old-protocol',
    layer: TLS,
    about: 'It speaks TLS 1.1 or older alone, which the clients of today refuse.',
    needs: NEEDS,
    find: (given) => {
      const { protocol, alert } = given.tls;
      const isOld = protocol === 'TLSv1' || protocol === 'TLSv1.1';
      if (!isOld && alert !== 'protocol version') return [];
      return broken(
        given,
        isOld
          ? `${place(given)} speaks no newer TLS than ${protocol.replace('v', ' ')}, and clients of today want 1.2`
          : `${place(given)} speaks none of TLS 1.0 to 1.3`,
        protocol || alert,
        atPeer(
          given.peer,
          'let the server speak TLS 1.2; what it was started as',
          (name) => `docker inspect -f '{{.Path}} {{join .Args " "}}' ${name}`,
        ),
      );
    },
  }),
  check({
    id: 'tls.refused',
    layer: TLS,
    about: 'It ends the handshake, with an alert of TLS or without a word.',
    needs: NEEDS,
    find: (given) => {
      const { outcome, alert, clientCertificate } = given.tls;
      if (outcome !== 'refused' || clientCertificate !== 'none' || alert === 'protocol version') return [];
      const what = alert === '' ? 'without a word' : `with the alert "${alert}"`;
      return broken(
        given,
        `${place(given)} ends the TLS handshake ${what}`,
        alert || 'closed',
        atPeer(given.peer, 'see what it says itself', (name) => `docker logs --tail 20 ${name}`),
      );
    },
  }),
] as const;
