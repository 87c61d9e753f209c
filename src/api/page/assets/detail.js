// The details of the call that is chosen: heads, bodies and streams. dbg is asked for them again as
// long as more of them comes.
import { fromBase64 } from './body.js';
import { byId, element } from '../../../web/assets/dom.js';
import { bytesText, millisecondsText, timeOfDay, visible } from '../../../web/assets/format.js';
import { makeBody, makeStream } from './flow.js';
import { makeCurl } from './save.js';
import { classOf } from './list/row-class.js';

/** @import { Row } from '../row.ts' */
/** @import { Detail } from '../detail.ts' */

/** @import { Curl } from './save.js' */

/**
 * @param {(call: number, from: number) => Promise<Detail | undefined>} ask
 * @param {(call: number) => Promise<Curl | undefined>} askCurl
 */
export function makeDetail(ask, askCurl) {
  const panel = byId('detail', HTMLElement);
  const box = byId('detail-content', HTMLElement);
  /** @type {ReturnType<typeof view> | undefined} */
  let open;

  async function refresh(/** @type {ReturnType<typeof view>} */ of) {
    if (of.isAsking) {
      of.isStale = true;
      return;
    }
    of.isAsking = true;
    do {
      of.isStale = false;
      const detail = await ask(of.call, of.next).catch(() => undefined);
      if (open !== of) return;
      if (!detail) {
        of.gone();
        break;
      }
      const follows = box.scrollHeight - box.scrollTop - box.clientHeight < 40 && box.scrollTop > 0;
      of.show(detail);
      if (follows) box.scrollTop = box.scrollHeight;
      of.isStale ||= detail.more;
    } while (of.isStale);
    of.isAsking = false;
  }

  return {
    open(/** @type {number | undefined} */ call) {
      if (open?.call === call) return;
      open =
        call === undefined
          ? undefined
          : view(
              call,
              makeCurl(() => askCurl(call)),
            );
      panel.hidden = open === undefined;
      document.body.classList.toggle('with-detail', open !== undefined);
      box.replaceChildren(...(open ? [open.box] : []));
      box.scrollTop = 0;
      if (open) void refresh(open);
    },
    /** Says that a call has changed: if it is the open one, dbg is asked for more. */
    changed(/** @type {number} */ call) {
      if (open?.call === call) void refresh(open);
    },
  };
}

function view(/** @type {number} */ call, /** @type {HTMLElement} */ tools) {
  const summary = element('div', { class: 'summary' });
  const request = element('section', { class: 'request', 'aria-label': 'Request' });
  const response = element('section', { class: 'response', 'aria-label': 'Response' });
  const streams = element('section', { class: 'streams', 'aria-label': 'Streams' });
  const note = element('p', { class: 'note' });
  note.hidden = true;
  streams.hidden = true;
  const title = element('h2', {}, `#${call}`);
  const box = element('div', {}, title, summary, tools, request, response, streams, note);
  const stream = makeStream(streams);
  /** @type {Record<'client' | 'engine', ReturnType<typeof makeBody> | undefined>} */
  const bodies = { client: undefined, engine: undefined };
  let hasResponse = false;

  function heads(/** @type {Detail} */ detail) {
    if (detail.request && !bodies.client) {
      const { method, target, version, headers } = detail.request;
      request.append(element('h3', {}, 'Request'));
      request.append(head(`${method} ${target} HTTP/${version}`, headers, classOf(detail.row)));
      bodies.client = makeBody(request, headers);
    }
    if (detail.response && !hasResponse) {
      const { version, status, reason, headers } = detail.response;
      hasResponse = true;
      response.append(element('h3', {}, 'Response'));
      response.append(head(`HTTP/${version} ${status} ${reason}`, headers, classOf(detail.row)));
      bodies.engine = makeBody(response, headers);
    }
  }

  return {
    call,
    box,
    next: 0,
    isAsking: false,
    isStale: false,
    show(/** @type {Detail} */ detail) {
      this.next = detail.next;
      const { row } = detail;
      title.textContent = visible(`#${row.number} ${row.operation || 'unknown operation'}`);
      summary.replaceChildren(...summaryOf(row));
      heads(detail);
      for (const { base64, ...piece } of detail.pieces) {
        const bytes = fromBase64(base64);
        if (piece.stream === 'body') {
          bodies[piece.from] ??= makeBody(piece.from === 'client' ? request : response, []);
          bodies[piece.from]?.add(bytes, piece.omitted);
        } else {
          streams.hidden = false;
          stream.add(piece.stream, piece.from, bytes);
        }
      }
      if (row.end !== null && !detail.more) {
        bodies.client?.end();
        bodies.engine?.end();
      }
      note.hidden = detail.leftOut === 0;
      note.textContent = `${bytesText(detail.leftOut)} more went over the wire than dbg has kept to show`;
    },
    gone() {
      note.hidden = false;
      note.textContent = 'dbg does not have the rest of this call any more';
    },
  };
}

function summaryOf(/** @type {Row} */ row) {
  /** @type {[string, string][]} */
  const facts = [
    ['from', row.peer],
    ['about', row.subject],
    ['at', timeOfDay(row.start)],
    ['answer after', row.answered === null ? '' : millisecondsText(row.answered - row.start)],
    ['took', row.end === null ? 'still open' : millisecondsText(row.end - row.start)],
    ['up', bytesText(row.up)],
    ['down', bytesText(row.down)],
    ['connection', String(row.connection)],
    ['became', row.protocol],
  ];
  const shown = facts.filter(([, value]) => value !== '');
  const list = element(
    'dl',
    {},
    ...shown.map(([name, value]) => element('div', {}, element('dt', {}, name), element('dd', {}, visible(value)))),
  );
  return row.failure === '' ? [list] : [list, element('p', { class: 'failure' }, visible(row.failure))];
}

function head(
  /** @type {string} */ first,
  /** @type {readonly (readonly [string, string])[]} */ headers,
  /** @type {string} */ mark,
) {
  const lines = headers.map(([name, value]) =>
    element('div', {}, element('span', { class: 'name' }, `${visible(name)}: `), visible(value)),
  );
  return element('div', { class: `head ${mark}` }, element('div', { class: 'first' }, visible(first)), ...lines);
}
