// Listens where docker and dbg may look for an engine, and prints a line of JSON for each connection: where it came
// in, and the head of what was said. Its argument is a list of places: { host, port }, or a socket's path.
import { createServer } from 'node:net';

type Place = string | { readonly host: string; readonly port: number };

const VERSION = { Version: '1', ApiVersion: '1.41', KernelVersion: '', Components: [] };

function answer(at: string, text: string): string {
  const [line = '', ...headers] = text.split('\r\n\r\n')[0]!.split('\r\n');
  console.log(JSON.stringify({ at, tls: false, line, headers }));
  const body = line.startsWith('HEAD ') ? '' : JSON.stringify(line.includes('/version') ? VERSION : []);
  const head = ['HTTP/1.1 200 OK', 'Api-Version: 1.41', 'Content-Type: application/json', 'Connection: close'];
  return [...head, `Content-Length: ${body.length}`, '', body].join('\r\n');
}

function listen(place: Place): Promise<void> {
  const at = typeof place === 'string' ? place : `${place.host} ${place.port}`;
  const server = createServer((client) => {
    client.on('error', () => undefined);
    client.once('data', (piece) => {
      // The first byte of a TLS handshake (RFC 8446, 5.1).
      if (piece[0] !== 0x16) return client.end(answer(at, piece.toString('latin1')));
      console.log(JSON.stringify({ at, tls: true }));
      return client.destroy();
    });
  });
  return new Promise((resolve) => void server.listen(typeof place === 'string' ? { path: place } : place, resolve));
}

await Promise.all((JSON.parse(process.argv[2] ?? '[]') as Place[]).map(listen));
console.log('listening');
