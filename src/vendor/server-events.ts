import { createParser } from 'eventsource-parser';
import type { Exchange } from './exchange.js';
import { type Fields, isFields } from './json-fields.js';
import { type EngineFace, failedFault, tooMuchFault } from './provider-fault.js';
import { parsed } from './redaction.js';

/** One server-sent event whose data is a JSON object, or the word that ends the stream. */
export interface ServerEvent {
  /** Its `event` field; undefined where the vendor gives none. */
  readonly event: string | undefined;
  /** Undefined: `data: [DONE]`. */
  readonly fields: Fields | undefined;
}

/** What ends the streams of OpenAI and of all that are like it. */
const DONE = '[DONE]';

/**
 * The events of an answer as they arrive, until the answer ends. Comments, empty data and other fields are passed over; CR, LF and
 * CRLF all end lines. What stands unfinished at the end is given when it is whole JSON: some servers forget the last empty line.
 *
 * @param maxBytes - of the whole answer, and of one event in UTF-16 units.
 * @throws {ProviderError} as `Exchange.chunks`; FAILED - data that is no JSON object, or an answer that holds no event at all.
 * @source WHATWG HTML, section 9.2.6 "Interpreting an event stream"
 */
export async function* serverEvents(
  exchange: Exchange,
  face: EngineFace,
  maxBytes: number,
): AsyncGenerator<ServerEvent, void> {
  const waiting: { event?: string | undefined; data: string }[] = [];
  let isTooLong = false;
  const parser = createParser({
    onEvent: (event) => waiting.push(event),
    onError: ({ type }) => {
      isTooLong ||= type === 'max-buffer-size-exceeded';
    },
    maxBufferSize: maxBytes,
  });
  const decoder = new TextDecoder();
  let hasBytes = false;
  let hasSign = false;
  for await (const bytes of exchange.chunks(maxBytes)) {
    hasBytes = true;
    const text = decoder.decode(bytes, { stream: true });
    // A page or a binary has neither; comments that keep the connection alive are a sign of life, too.
    hasSign ||= /^(data|event|id|retry)?:/m.test(text);
    parser.feed(text);
    if (isTooLong) throw tooMuchFault(face, maxBytes);
    for (const { event, data } of waiting.splice(0)) {
      hasSign = true;
      if (data !== '') yield eventOf(face, event, data);
    }
  }
  parser.feed('\n\n');
  for (const { event, data } of waiting.splice(0)) {
    if (data === DONE || isFields(parsed(data))) yield eventOf(face, event, data);
    hasSign = true;
  }
  if (hasBytes && !hasSign)
    throw failedFault(
      face,
      `expected events from ${face.place}, got ${exchange.contentType || 'something else'}; check the address`,
    );
}

function eventOf(face: EngineFace, event: string | undefined, data: string): ServerEvent {
  if (data.trim() === DONE) return { event, fields: undefined };
  const fields = parsed(data);
  if (isFields(fields)) return { event, fields };
  throw failedFault(face, `expected JSON in every event of ${face.place}, got something else`);
}
