import { BridgeError, errorText } from '../runtime/index.js';
import type { AskedTurn, Session } from '../sessions/index.js';
import { readMicrophoneFrame, readSpokenBase64, readSpokenSound } from './audio-input.js';
import { LiveNarrator } from './live-narrator.js';
import { microphonePrefix, microphoneText } from './microphone-text.js';
import type { Room } from './ports.js';
import type { ReplyAudio } from './reply-audio.js';
import { type AvatarRequest, fault } from './request.js';
import { type AvatarResponse, avatarResponse } from './response.js';
import { tuningOf } from './tuning.js';

export interface AvatarLinkOptions {
  readonly room: Room;
  readonly session: Session;
  readonly sessionId: string;
  readonly userId: string;
  /** With which the client wants its first question to go on. */
  readonly contextId: string | undefined;
  readonly audio: ReplyAudio;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly tell: (response: AvatarResponse) => void;
  /** @throws {AccessRefusal} BRIDGE_ERR_RATE */
  readonly spendTurn: () => void;
}

/** One session that a WebSocket client started, from its `start` to its `stop`. Frames are taken while turns go on. */
export class AvatarLink {
  readonly session: Session;
  readonly sessionId: string;
  readonly userId: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly #options: AvatarLinkOptions;
  readonly #narrator: LiveNarrator;
  readonly #letGo: () => void;
  readonly #prefix: string;
  /** Undefined: as the settings have it. */
  #bargeIn: boolean | undefined;
  #context: string | undefined;
  /** Of the utterance that is being understood. */
  #understanding: AbortController | undefined;
  #isOver = false;

  constructor(options: AvatarLinkOptions) {
    const { session, sessionId, userId, audio, metadata, tell } = options;
    this.#options = options;
    this.session = session;
    this.sessionId = sessionId;
    this.userId = userId;
    this.metadata = metadata;
    this.#prefix = microphonePrefix(sessionId);
    this.#context = options.contextId;
    this.#letGo = session.hold();
    this.#narrator = new LiveNarrator({
      session,
      sessionId,
      userId,
      audio,
      tellsVoice: metadata['send_voiced'] === true,
      canBargeIn: () => this.#bargeIn ?? true,
      tell,
    });
    this.tune(metadata);
    this.#tell('connected', {}, options.contextId);
  }

  /** @throws {RequestError} BRIDGE_ERR_USAGE */
  tune(metadata: Readonly<Record<string, unknown>>): void {
    const tuning = tuningOf(metadata);
    if (tuning === undefined) return;
    this.#bargeIn = tuning.bargeIn ?? this.#bargeIn;
    this.session.tune(tuning);
  }

  /** @returns whether the frame is one of this session's microphone, as browsers write it; others must be read. @throws as `hear`. */
  hearText(text: string): boolean {
    const audio = microphoneText(text, this.#prefix);
    this.hear(audio);
    return audio !== undefined;
  }

  /** Sound of the microphone. @throws {RequestError} BRIDGE_ERR_USAGE */
  hear(audio: string | undefined): void {
    if (audio !== undefined) this.session.hear(readMicrophoneFrame(audio));
  }

  /** A question, or the picture that a turn waits for. @throws {RequestError} BRIDGE_ERR_USAGE, BRIDGE_ERR_VISION */
  invoke(request: AvatarRequest): void {
    this.tune(request.metadata);
    const text = (request.text ?? '').trim();
    const { files, waitsInQueue } = request;
    const picture = this.#options.room.pictures.answeredBy(this.session, { text, files, waitsInQueue });
    if (picture !== undefined) {
      this.session.give(picture.id, { image: files[0]?.url ?? '' });
      this.#narrator.seen(text);
      return;
    }
    if (text === '' && request.audio === undefined && files.length === 0)
      throw fault('Expected "text", "audio_data" or "files" with "invoke"');
    if (!waitsInQueue) this.#understanding?.abort();
    // What was typed says it better than what was recorded.
    if (text !== '' || request.audio === undefined) void this.#ask(request, text);
    else void this.#understand(request, readSpokenBase64(request.audio));
  }

  /** The connection is gone, or gives the session up. @param isDisplaced - another connection goes on with it. */
  leave(isDisplaced: boolean): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#understanding?.abort();
    this.#narrator.leave();
    if (!isDisplaced) {
      this.session.endOfSpeech();
      // Nobody hears the rest.
      if (this.session.isBusy) this.session.interrupt();
    }
    this.#letGo();
  }

  async #understand(request: AvatarRequest, recorded: Uint8Array): Promise<void> {
    const understanding = new AbortController();
    this.#understanding = understanding;
    const { signal } = understanding;
    this.#narrator.accepted();
    try {
      const pcm = await readSpokenSound(recorded, signal);
      const text = (
        await this.#options.room.sessions.transcribe(pcm, { caller: this.session.wish.caller, signal })
      ).trim();
      if (signal.aborted) return;
      if (text === '' && request.files.length === 0) this.#narrator.ignored('No speech recognized.');
      else await this.#ask(request, text);
    } catch (error) {
      if (!signal.aborted) this.#fail(error);
    } finally {
      if (this.#understanding === understanding) this.#understanding = undefined;
    }
  }

  async #ask(request: AvatarRequest, text: string): Promise<void> {
    const context = request.contextId ?? this.#context;
    this.#context = undefined;
    try {
      this.#options.spendTurn();
      const asked: AskedTurn = await this.session.ask({
        text,
        images: request.files.map(({ url }) => url),
        context,
        metadata: request.metadata,
        parameters: request.parameters,
        ifBusy: request.waitsInQueue ? 'queue' : 'interrupt',
      });
      if (this.#isOver) asked.cancel();
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    if (this.#isOver) return;
    const code = error instanceof BridgeError ? error.code : 'BRIDGE_ERR_STATE';
    if (!(error instanceof BridgeError))
      this.#options.room.logger.error({ err: error }, 'A question failed unexpectedly');
    this.#narrator.failed();
    this.#tell('error', {
      error: error instanceof BridgeError ? errorText(error) : 'The question failed',
      code,
    });
  }

  #tell(type: 'connected' | 'error', metadata: Record<string, unknown>, contextId?: string): void {
    const { sessionId, userId } = this;
    this.#options.tell(avatarResponse(type, { sessionId, userId, contextId }, { metadata }));
  }
}
