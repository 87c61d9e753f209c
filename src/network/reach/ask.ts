import ASK from './ask.pl';

/** A question to an address: a TCP connection, or a datagram that wants an answer. */
export interface Question {
  readonly protocol: 'tcp' | 'udp';
  readonly address: string;
  readonly port: number;
  /** what is sent; of TCP, empty: nothing but the connection is wanted */
  readonly payload: Buffer;
}

/** What came of a question. */
export interface Reply {
  /** of TCP: whether there was a connection */
  readonly isConnected: boolean;
  /** errno(3) by number; 0: none, which without a connection or an answer is silence */
  readonly errno: number;
  /** the packets that asked, with those that TCP sent again */
  readonly sent: number;
  readonly answer: Buffer;
}

/**
 * The argv that asks all of them side by side, for no longer than that, in the namespace it is
 * started in.
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
 * Reads what it printed, in the order of the questions; undefined for one that nothing is said of.
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
