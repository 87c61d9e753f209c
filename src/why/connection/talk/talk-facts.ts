/** What a person wants to be spoken over the connection. */
export interface TalkWish {
  readonly tls: boolean;
  /** the path of an HTTP request; undefined: no request is sent */
  readonly path: string | undefined;
}

/** A certificate, as far as a person needs it. */
export interface Certificate {
  /** its common name, or the whole subject where it has none */
  readonly subject: string;
  readonly issuer: string;
  /**
   * the names and addresses that it is for, as OpenSSL writes them: "DNS:db, IP Address:10.0.0.3"
   */
  readonly names: string;
  /** ms since the epoch */
  readonly validFrom: number;
  readonly validTo: number;
}

/** The files of CA certificates that programs of a container believe. */
export interface Bundle {
  /** the paths that there are, in the container */
  readonly files: readonly string[];
  /** how many certificates they have */
  readonly count: number;
}

/** What came of a TLS handshake. */
export interface TlsTalk {
  readonly address: string;
  readonly port: number;
  /**
   * - "spoken": the handshake came to its end
   * - "not TLS": what came is another protocol
   * - "refused": an alert, or the end of the connection, instead of the handshake's end
   * - "silent": no byte came
   */
  readonly outcome: 'spoken' | 'not TLS' | 'refused' | 'silent';
  /** the alert of TLS in words: "handshake failure"; empty without one */
  readonly alert: string;
  /** the first line of what came, where that is not TLS */
  readonly beginning: string;
  /**
   * the name or address that the certificate is to be for; undefined where the asking party used
   * none
   */
  readonly expected: string | undefined;
  /** "TLSv1.3"; empty without a handshake */
  readonly protocol: string;
  /** from the server's own certificate to the last that is known; empty without a handshake */
  readonly chain: readonly Certificate[];
  /** whether the server's certificate is for the expected name */
  readonly isForName: boolean;
  /**
   * OpenSSL's code for why the chain leads to no CA of the bundle (or, where there is no bundle, to
   * none of the public CAs): "DEPTH_ZERO_SELF_SIGNED_CERT"; empty where it leads to one
   */
  readonly distrust: string;
  readonly bundle: Bundle;
  /** whether the server wants a certificate of the client's */
  readonly clientCertificate: 'none' | 'asked for' | 'required';
}

/** One request over HTTP, and the beginning of its answer. */
export interface Hop {
  readonly url: string;
  /**
   * - "answered": a head of HTTP came
   * - "not HTTP": something else came
   * - "closed": the connection ended before anything came
   * - "silent": no byte came
   * - "no TLS": the handshake failed
   */
  readonly outcome: 'answered' | 'not HTTP' | 'closed' | 'silent' | 'no TLS';
  /** 0 without an answer */
  readonly status: number;
  /** where the answer leads, as an absolute URL */
  readonly location: string | undefined;
  /** from the request to the first byte of its answer; to the end of patience where none came */
  readonly firstByteMs: number;
  /** the first line of the body, or of what is not HTTP */
  readonly text: string;
}

/** A request, and those that its redirects led to, as far as they stay at the same host. */
export interface HttpTalk {
  readonly hops: readonly Hop[];
}

/** What is known of the size of packets that a way carries. */
export interface PathSizes {
  /**
   * the packets that TCP sends when both ends send as much as they may, in bytes with all headers
   */
  readonly full: number;
  /**
   * the largest packet that was answered; `full` where nothing is lost, undefined where the peer
   * answers no echo requests at all
   */
  readonly passes: number | undefined;
  /** the MTU that somebody on the way announced (ICMP); undefined: nobody did */
  readonly announced: number | undefined;
  /**
   * whether the peer's answer came only when the connection was kept to small packets, and not
   * otherwise
   */
  readonly needsSmall: boolean;
  /** the devices that this host knows on the way, in the order in which packets meet them */
  readonly places: readonly { readonly device: string; readonly whose: string; readonly mtu: number }[];
}
