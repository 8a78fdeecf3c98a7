import type { Caller } from '../access/index.js';
import { BridgeError, errorText } from '../runtime/index.js';
import type { Dictation } from '../sessions/index.js';
import { readMicrophoneFrame } from './audio-input.js';
import type { Wire } from './avatar-socket.js';
import { jsonLine } from './json-line.js';
import type { Room } from './ports.js';
import { type AvatarRequest, fault, readAvatarFrame } from './request.js';
import { tuningOf } from './tuning.js';

type SttResponseType = 'connected' | 'partial' | 'final' | 'error' | 'voiced';

export interface SttSocketOptions {
  readonly room: Room;
  readonly caller: Caller;
  readonly query: URLSearchParams;
  readonly wire: Wire;
}

/** Sound that comes while the ear is being opened, bytes: 5 s. */
const MAX_WAITING_BYTES = 160_000;

/**
 * A connection of `/ws/stt`: sound in, words out, no conversation. `?language=` says which.
 *
 * `start` → `connected`; `data` is heard: `voiced`, `partial`…, `final` for each utterance; `config`: `volume_db_threshold`; `stop`: closed.
 *
 * @source aiavatarkit (272548e), adapter/stt; ChatdollKit (478a740), AIAvatarKitStreamSpeechListener: sends no sound before `connected`.
 */
export class SttSocket {
  readonly #options: SttSocketOptions;
  #sessionId: string | undefined;
  #dictation: Dictation | undefined;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #isClosed = false;
  #hasToldStray = false;

  constructor(options: SttSocketOptions) {
    this.#options = options;
  }

  /** @param text - undefined: a binary frame. */
  receive(text: string | undefined): void {
    if (this.#isClosed) return;
    try {
      if (text === undefined) throw fault('Expected text frames; sound goes as base64 in "audio_data"');
      const request = readAvatarFrame(text);
      if (request.sessionId === undefined) this.#endWithoutSession();
      else this.#take(request, request.sessionId);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** The connection ended, or is to end. */
  closed(): void {
    this.#isClosed = true;
    void this.#dictation?.close();
    this.#dictation = undefined;
    this.#waiting = [];
  }

  shutDown(): void {
    this.#close(1001, 'The server ends');
  }

  #take(request: AvatarRequest, sessionId: string): void {
    const { type, audio, metadata } = request;
    if (type === 'start') this.#start(sessionId);
    else if (type === 'stop') this.#close(1000, '');
    else if (type !== 'data' && type !== 'config')
      throw fault('Expected "type": "start", "data", "config" or "stop"');
    else if (sessionId !== this.#sessionId) this.#stray();
    else if (type === 'data') this.#hear(audio);
    else this.#dictation?.tune({ thresholdDbfs: tuningOf(metadata)?.thresholdDbfs });
  }

  #start(sessionId: string): void {
    const isFirst = this.#sessionId === undefined;
    this.#sessionId = sessionId;
    if (isFirst) void this.#open();
    this.#tell('connected', {});
  }

  async #open(): Promise<void> {
    const { room, caller, query } = this.#options;
    try {
      const dictation = await room.sessions.dictate(caller, { language: query.get('language') ?? undefined });
      if (this.#isClosed) {
        await dictation.close();
        return;
      }
      this.#dictation = dictation;
      this.#listen(dictation);
      for (const pcm of this.#waiting.splice(0)) dictation.hear(pcm);
    } catch (error) {
      this.#fail(error);
      this.#close(1011, 'There is nothing that hears');
    }
  }

  #listen({ events }: Dictation): void {
    events.on('voice', (isVoice) => {
      if (isVoice) this.#tell('voiced', {});
    });
    events.on('partial', (text) => this.#tell('partial', { text }));
    events.on('final', (text) => this.#tell('final', { text, is_final: true, metadata: {} }));
    events.on('error', ({ code, message }) =>
      this.#tell('error', { text: message, metadata: { error: message, code } }),
    );
  }

  #hear(audio: string | undefined): void {
    if (audio === undefined) return;
    const pcm = readMicrophoneFrame(audio);
    if (this.#dictation !== undefined) {
      this.#dictation.hear(pcm);
    } else if (this.#waitingBytes + pcm.byteLength <= MAX_WAITING_BYTES) {
      this.#waiting.push(pcm);
      this.#waitingBytes += pcm.byteLength;
    }
  }

  #stray(): void {
    if (this.#hasToldStray) return;
    this.#hasToldStray = true;
    throw fault('Expected a frame of type "start" with this session_id first');
  }

  #endWithoutSession(): void {
    this.#tell('error', { metadata: { error: 'session_id is required' } });
    this.#close(1000, 'session_id is required');
  }

  #fail(error: unknown): void {
    const isKnown = error instanceof BridgeError;
    if (!isKnown) this.#options.room.logger.error({ err: error }, 'A frame failed unexpectedly');
    const message = isKnown ? errorText(error) : 'The frame could not be taken';
    this.#tell('error', { metadata: { error: message, code: isKnown ? error.code : 'BRIDGE_ERR_STATE' } });
  }

  #tell(
    type: SttResponseType,
    fields: {
      readonly text?: string;
      readonly is_final?: boolean;
      readonly metadata?: Readonly<Record<string, unknown>>;
    },
  ): void {
    if (this.#isClosed) return;
    const { text = null, is_final = false, metadata = null } = fields;
    const session = { type, session_id: this.#sessionId ?? null };
    this.#options.wire.send(jsonLine({ ...session, text, is_final, metadata }));
  }

  #close(code: number, reason: string): void {
    if (this.#isClosed) return;
    this.closed();
    this.#options.wire.close(code, reason);
  }
}
