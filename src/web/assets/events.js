import { ask } from './token.js';

/**
 * Hears what dbg tells this page, message by message, until the connection ends. EventSource cannot
 * send the token in a header, so this reads the stream by fetch().
 * @param {(message: any) => void} hear
 * @param {() => void} opened
 * @returns {Promise<'refused' | 'ended'>} `refused`: this window does not have the token
 */
export async function listen(hear, opened) {
  const answer = await ask('/events');
  if (!answer.ok || !answer.body) return 'refused';
  opened();
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return 'ended';
    const events = (rest + value).split('\n\n');
    rest = events.pop() ?? '';
    for (const event of events) hear(JSON.parse(event.slice('data: '.length)));
  }
}
