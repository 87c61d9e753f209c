import ASK from './ask.pl';

/** A question to an address: a TCP connection, or a datagram that wants an answer. */
export interface Question {
  readonly protocol: 'tcp' | 'udp';
  readonly address: string;
  readonly port: number;
  /** what is sent; empty when a TCP question is about the connection alone */
  readonly payload: Buffer;
}

/** What came of a question. */
export interface Reply {
  /** whether there was a TCP connection; false for UDP */
  readonly isConnected: boolean;
  /** errno(3) by number; 0 for none. Without a connection or an answer, 0 means silence. */
  readonly errno: number;
  /** how many packets asked, including those that TCP sent again */
  readonly sent: number;
  readonly answer: Buffer;
}

/**
 * The argv that asks all questions at once, for at most `seconds`, in the network namespace that it
 * is started in (ask.pl).
 */
export function askArgv(seconds: number, questions: readonly Question[]): string[] {
  const words = questions.flatMap(({ protocol, address, port, payload }) => [
    protocol,
    address,
    String(port),
    payload.toString('hex'),
  ]);
  return ['perl', '-e', ASK, '--', String(seconds), ...words];
}

/**
 * Reads what ask.pl printed for `count` questions, in their order; undefined for a question without
 * a line.
 */
export function parseReplies(printed: string, count: number): (Reply | undefined)[] {
  const lines = [...printed.matchAll(/^(\d+) ([01]) (\d+) (\d+) ([\da-f]*)$/gm)];
  const replies = new Map(
    lines.map(([, number, connected, errno, sent, hex]) => [
      Number(number),
      { isConnected: connected === '1', errno: Number(errno), sent: Number(sent), answer: Buffer.from(hex!, 'hex') },
    ]),
  );
  return Array.from({ length: count }, (_, number) => replies.get(number));
}
