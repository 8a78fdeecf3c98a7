import { createParser, type EventSourceParser } from 'eventsource-parser';
import type { Exchange } from './exchange.js';
import { type Fields, fieldsIn, isFields } from './json-fields.js';
import { type EngineFace, failedFault, tooMuchFault } from './provider-fault.js';
import { parsed } from './redaction.js';

/** One server-sent event whose data is a JSON object, or the word that ends the stream. */
export interface ServerEvent {
  /** Its `event` field; undefined where the vendor gives none. */
  readonly event: string | undefined;
  /** Undefined: `data: [DONE]`. */
  readonly fields: Fields | undefined;
}

interface RawEvent {
  readonly event?: string | undefined;
  readonly data: string;
}

/** What ends the streams of OpenAI and of all that are like it. */
const DONE = '[DONE]';
const HEAD_LETTERS = 64;
/** What an event stream may begin with. */
const FIELDS = ['data', 'event', 'id', 'retry', 'error', ':'];
/** Letters in front of an answer that say nothing of its kind. */
const BLANK = /^[\s\uFEFF]*$/;

/**
 * The events of an answer as they arrive, until the answer ends. Comments, empty data and other fields are passed over; CR, LF and
 * CRLF all end lines. What stands unfinished at the end is given when it is whole JSON: some servers forget the last empty line. An
 * answer that is one JSON object, or a list of them, is given as events of theirs: some servers do not stream what they were asked to.
 *
 * @param maxBytes - of the whole answer.
 * @throws {ProviderError} as `Exchange.chunks`; FAILED - data that is no JSON object, or an answer of another kind.
 * @source WHATWG HTML, section 9.2.6 "Interpreting an event stream"
 */
export async function* serverEvents(
  exchange: Exchange,
  face: EngineFace,
  maxBytes: number,
): AsyncGenerator<ServerEvent, void> {
  const reader = new EventReader(face, maxBytes);
  const decoder = new TextDecoder();
  let lead: string | undefined = '';
  const json: string[] = [];
  for await (const bytes of exchange.chunks(maxBytes)) {
    let text = decoder.decode(bytes, { stream: true });
    if (lead !== undefined) {
      text = lead + text;
      lead = BLANK.test(text) ? text : undefined;
      if (lead !== undefined) continue;
      if (/^[\s\uFEFF]*[[{]/.test(text)) json.push('');
      if (/^[\s\uFEFF]*</.test(text)) throw otherKind(exchange, face);
    }
    if (json.length > 0) json.push(text);
    else yield* reader.push(text);
  }
  if (json.length > 0) yield* wholeJson(json.join(''), face);
  else yield* reader.end();
  if (json.length === 0 && lead === undefined && !reader.isStream) throw otherKind(exchange, face);
}

function otherKind(exchange: Exchange, face: EngineFace): Error {
  const kind = exchange.contentType || 'something else';
  const got = kind === 'text/event-stream' ? 'something else' : kind;
  return failedFault(face, `expected events from ${face.place}, got ${got}; check the address`);
}

function wholeJson(text: string, face: EngineFace): readonly ServerEvent[] {
  const value = parsed(text);
  const all = isFields(value) ? [value] : fieldsIn(value);
  if (all.length > 0) return all.map((fields) => ({ event: undefined, fields }));
  throw failedFault(face, `expected events from ${face.place}, got JSON that is broken or empty; try again`);
}

class EventReader {
  readonly #face: EngineFace;
  readonly #maxBytes: number;
  readonly #parser: EventSourceParser;
  readonly #waiting: RawEvent[] = [];
  #isTooLong = false;
  #head = '';
  #hasEvent = false;

  constructor(face: EngineFace, maxBytes: number) {
    this.#face = face;
    this.#maxBytes = maxBytes;
    this.#parser = createParser({
      onEvent: (event) => this.#waiting.push(event),
      onError: ({ type, field, value }) => {
        if (type === 'max-buffer-size-exceeded') this.#isTooLong = true;
        // Older llama.cpp servers write errors as a field of their own.
        else if (type === 'unknown-field' && field === 'error')
          this.#waiting.push({ event: field, data: value ?? '' });
      },
      maxBufferSize: maxBytes,
    });
  }

  /** Whether it is an event stream at all; one that was cut in its first line may be one. */
  get isStream(): boolean {
    const head = this.#head.trimStart();
    return this.#hasEvent || FIELDS.some((field) => head.startsWith(field) || field.startsWith(head));
  }

  *push(text: string): Generator<ServerEvent, void> {
    if (this.#head.length < HEAD_LETTERS) this.#head += text.slice(0, HEAD_LETTERS);
    this.#parser.feed(text);
    if (this.#isTooLong) throw tooMuchFault(this.#face, this.#maxBytes);
    for (const event of this.#waiting.splice(0)) {
      this.#hasEvent = true;
      if (event.data.trim() !== '') yield this.#event(event);
    }
  }

  *end(): Generator<ServerEvent, void> {
    this.#parser.feed('\n\n');
    for (const event of this.#waiting.splice(0)) {
      this.#hasEvent = true;
      // Anything else was cut in the middle.
      if (event.data.trim() === DONE || isFields(parsed(event.data))) yield this.#event(event);
    }
  }

  #event({ event, data }: RawEvent): ServerEvent {
    if (data.trim() === DONE) return { event, fields: undefined };
    const fields = parsed(data);
    if (isFields(fields)) return { event, fields };
    throw failedFault(this.#face, `expected JSON in every event of ${this.#face.place}, got something else`);
  }
}
