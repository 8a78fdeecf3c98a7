import type { TimedPhoneme } from '../lipsync/index.js';
import type { ClientPiece, ClientPlayer, ClientPosition, ClientTake } from '../reply/index.js';
import type { Clock, Emitter } from '../runtime/index.js';
import type { SessionEvents } from './session.js';
import type { ToldTurn } from './told-turn.js';

export interface ClientSoundOptions {
  readonly clock: Clock;
  readonly events: Emitter<SessionEvents>;
  readonly sampleRateHz: number;
  /** The turn under way. */
  readonly turn: () => ToldTurn | undefined;
}

/** The loudspeaker of a client, as the voice of its conversation has it: tells the session's listeners what to play. */
export class ClientSound implements ClientPlayer {
  readonly #options: ClientSoundOptions;
  /** Whose reply sounds. */
  #turn: ToldTurn | undefined;
  #position: (ClientPosition & { readonly turn: number }) | undefined;

  constructor(options: ClientSoundOptions) {
    this.#options = options;
  }

  begin({ fromMs, isAgain }: ClientTake): void {
    this.#turn = this.#options.turn();
    if (this.#turn !== undefined && isAgain) this.#options.events.emit('resumed', this.#turn.turn, fromMs);
  }

  sound(pcm: Uint8Array, fromMs: number): void {
    const { events, sampleRateHz } = this.#options;
    if (this.#turn !== undefined) events.emit('sound', { turn: this.#turn.turn, fromMs, pcm, sampleRateHz });
  }

  lips(phonemes: readonly TimedPhoneme[]): void {
    if (this.#turn !== undefined) this.#options.events.emit('lips', this.#turn.turn, phonemes);
  }

  piece(piece: ClientPiece): void {
    this.#turn?.voiced(piece);
  }

  pieceAgain(piece: ClientPiece): void {
    this.#turn?.voicedAgain(piece);
  }

  given(): void {
    this.#turn?.given();
  }

  cut(): void {
    const turn = this.#turn;
    if (turn === undefined) return;
    this.#position = undefined;
    this.#options.events.emit('cut', turn.turn);
  }

  /** What the client says. */
  played(turn: number, heardMs: number): void {
    if (!Number.isFinite(heardMs) || heardMs < 0) return;
    this.#position = { turn, heardMs, atMs: this.#options.clock.nowMs() };
  }

  position(): ClientPosition | undefined {
    return this.#position !== undefined && this.#position.turn === this.#turn?.turn
      ? this.#position
      : undefined;
  }
}
