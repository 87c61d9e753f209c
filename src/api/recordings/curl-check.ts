import type { RequestHead } from '../wire/http/http-head.ts';

/**
 * Why a call cannot be printed as a line of curl's; undefined: it can.
 * A recording may be a stranger's. These could change what the line does:
 * - A target that does not begin with a slash lengthens the host's name, or is a whole address.
 * - A header that begins with @ is a file to curl.
 * - A line feed begins another header, or another request.
 */
export function whyNoLine({ method, target, headers }: RequestHead, engine: string): string | undefined {
  if (!ENGINE.test(engine)) return `its recording's engine is no address of one: ${engine}`;
  // A method may hold more than letters (RFC 9110, 9.1). One that begins with a dash would look
  // like an option.
  if (!/^[A-Za-z][!#$%&'*+.^_`|~\w-]*$/.test(method)) return `its method is none of HTTP's: ${method}`;
  if (!target.startsWith('/')) return `what it asks for does not begin with "/": ${target}`;
  if (/[\s\0]/.test(target)) return `what it asks for has a blank in it: ${target}`;
  const wrong = headers.find(([name, value]) => !/^[!#$%&'*+.^_`|~\w-]+$/.test(name) || /[\r\n\0]/.test(value));
  return wrong && `one of its headers is none of HTTP's: ${wrong.join(': ')}`;
}

/**
 * An engine's address as dbg api record writes it: the path of a socket, or a host and its port.
 */
const ENGINE = /^(?:unix:\/\/\/[^\0\r\n]+|tcp:\/\/(?:[\w.-]+|\[[\da-fA-F:.]+\]|[\da-fA-F:]+):\d{1,5})$/;
