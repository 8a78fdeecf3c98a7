import { assertNever, RequestError } from '../runtime/index.js';
import { AnswerQueue, type PopupGuest, type Said } from './answer-queue.js';
import { isChatId } from './chat-id.js';
import { FrameSender, type PopupSocket } from './frame-sender.js';
import {
  type ClientFrameName,
  decodeClientFrame,
  type Frame,
  type PopupOptions,
  payloadText,
} from './frames.js';
import { logFailure } from './log-failure.js';
import { MAX_TEXT_CHARS } from './message-body.js';
import { factsOf } from './popup-facts.js';
import type { PopupParts } from './popup-parts.js';
import { readOptions } from './read-options.js';
import { Recording } from './recording.js';

/** The network may be behind by so much when a recording ends. */
const SLACK_MS = 15_000;

const TOLD = {
  notBinary: 'Only binary messages are supported.',
  idFirst: 'Error! Please send first your ID',
  badId: 'Error! Invalid ID. Please send a valid string ID.',
  tooLong: 'The recording is too long',
  full: 'Too much is recorded at a time: try again in a moment',
  noRecording: 'The recording is empty',
  noText: 'The message is empty',
  longText: `Expected a message of at most ${MAX_TEXT_CHARS} characters`,
} as const;

/**
 * One WebSocket of the popup chat.
 *
 * | came            | before the id             | after it                                                        |
 * |-----------------|---------------------------|-----------------------------------------------------------------|
 * | text frame      | error, close 1003         | error                                                           |
 * | setClientId     | ok, or error              | ok, or error: what is asked from now on belongs to it; a         |
 * |                 |                           | recording that is not complete is forgotten                     |
 * | userText        | error                     | its answer; waits while one is answered; error when one waits   |
 * | userAudioChunk  | error                     | kept, at any time                                               |
 * | userAudioEnd    | error                     | as userText, with what was recognised                           |
 * | stopAnswer      | error                     | what is answered and what waits ends                            |
 * | options         | error                     | facts; from now on all types of frames are sent                 |
 * | another, none   | error                     | error                                                           |
 *
 * Who goes away ends what is answered.
 *
 * @source The popup chat tutorial, version-2/server.js, and its texts; an error there has lost its text or its type byte.
 */
export class PopupConnection {
  readonly #parts: PopupParts;
  readonly #sender: FrameSender;
  readonly #queue: AnswerQueue;
  readonly #recording: Recording;
  #id: string | undefined;
  #options: PopupOptions = {};
  #isOver = false;

  constructor(socket: PopupSocket, guest: PopupGuest, parts: PopupParts) {
    this.#parts = parts;
    this.#sender = new FrameSender(socket, () => {
      this.#log('A page reads too slowly, and was let go');
      this.gone();
    });
    this.#queue = new AnswerQueue(this.#sender, guest, parts);
    const { maxAudioBytes: maxBytes, maxAudioSeconds } = parts.settings;
    this.#recording = new Recording({
      ...parts,
      maxBytes,
      maxMs: maxAudioSeconds * 1000 + SLACK_MS,
      onRefused: (why) => this.#error(TOLD[why]),
    });
  }

  take(bytes: Uint8Array, isBinary: boolean): void {
    if (this.#isOver) return;
    if (!isBinary) {
      this.#error(TOLD.notBinary);
      this.#log('A message that is not binary came');
      if (this.#id === undefined) this.#sender.close(1003, TOLD.notBinary);
      return;
    }
    const frame = decodeClientFrame(bytes);
    if (frame?.name === 'setClientId') this.#setId(payloadText(frame));
    else if (this.#id === undefined) this.#error(TOLD.idFirst);
    else if (frame?.name === undefined) this.#error(unknownType(frame));
    else this.#takeFrame(frame.name, frame, this.#id);
  }

  /** The connection is over: what it asked ends. Idempotent. */
  gone(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#sender.end();
    this.#recording.drop();
    this.#queue.close();
  }

  #takeFrame(name: Exclude<ClientFrameName, 'setClientId'>, frame: Frame<ClientFrameName>, id: string): void {
    switch (name) {
      case 'userText':
        this.#takeText(payloadText(frame), id);
        break;
      case 'userAudioChunk':
        // The frame may lie in a larger buffer of the socket.
        this.#recording.push(frame.payload.slice());
        break;
      case 'userAudioEnd':
        this.#takeRecording(id);
        break;
      case 'options':
        this.#takeOptions(payloadText(frame));
        break;
      case 'stopAnswer':
        this.#queue.stop();
        break;
      default:
        assertNever(name);
    }
  }

  #setId(id: string): void {
    if (!isChatId(id)) {
      this.#error(TOLD.badId);
      return;
    }
    this.#id = id;
    this.#recording.drop();
    this.#sender.send('ok');
  }

  #takeOptions(text: string): void {
    try {
      this.#options = readOptions(JSON.parse(text));
    } catch (error) {
      this.#error(error instanceof RequestError ? error.message : 'Expected options as JSON');
      return;
    }
    this.#sender.knowsAll = true;
    this.#sender.send('facts', JSON.stringify(factsOf(this.#parts.settings)));
  }

  #takeText(text: string, id: string): void {
    const isEmpty = text.trim() === '';
    if (isEmpty) this.#error(TOLD.noText);
    else if (text.length > MAX_TEXT_CHARS) this.#error(TOLD.longText);
    this.#push(isEmpty || text.length > MAX_TEXT_CHARS ? undefined : { text }, id);
  }

  #takeRecording(id: string): void {
    // Undefined: why it was refused was told then.
    const recording = this.#recording.end();
    const isEmpty = recording?.bytes.byteLength === 0;
    if (isEmpty) this.#error(TOLD.noRecording);
    this.#push(recording === undefined || isEmpty ? undefined : { recording }, id);
  }

  #push(said: Said, id: string): void {
    this.#queue.push({ id, options: this.#options, said });
  }

  #error(text: string): void {
    this.#sender.send('error', text);
  }

  #log(what: string): void {
    logFailure(this.#parts.logger, this.#id, { what });
  }
}

function unknownType(frame: Frame<ClientFrameName> | undefined): string {
  if (frame === undefined) return 'Expected a type in the first byte, got an empty message';
  return `Unknown message type 0x${frame.type.toString(16).padStart(2, '0')}`;
}
