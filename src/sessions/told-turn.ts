import type { TurnEnd, TurnHandle } from '../dialogue/index.js';
import { type BridgeError, type Emitter, errorText } from '../runtime/index.js';
import { PieceJoiner, type VoicedPiece } from './piece-joiner.js';
import type { SessionEvents, SessionTurnEnd } from './session.js';

export interface ToldTurnOptions {
  readonly handle: TurnHandle;
  /** As the session counts it. */
  readonly turn: number;
  readonly context: () => string;
  readonly events: Emitter<SessionEvents>;
  /** Whether the client gets the sound: pieces then come with it. */
  readonly hasSound: boolean;
  /** What the caller may know of a fault. */
  readonly toldFault: (error: BridgeError) => BridgeError;
}

/** One turn, told to whoever listens to the session. */
export class ToldTurn {
  readonly turn: number;
  readonly ended: Promise<SessionTurnEnd>;
  readonly #options: ToldTurnOptions;
  readonly #pieces: PieceJoiner;
  #isTold = false;
  #isGiven = false;
  #isOver = false;

  constructor(options: ToldTurnOptions) {
    this.#options = options;
    const { handle, turn, events } = options;
    this.turn = turn;
    this.#pieces = new PieceJoiner(turn, (piece) => events.emit('piece', piece));
    this.#follow(handle);
    this.ended = handle.ended.then((end) => this.#ended(end));
  }

  /** From the voice. */
  voiced(piece: VoicedPiece): void {
    if (this.#isOver) return;
    this.#tellTurn('');
    this.#pieces.voiced(piece);
  }

  /** From the voice: sound that was told before. */
  voicedAgain(piece: VoicedPiece): void {
    if (!this.#isOver) this.#options.events.emit('pieceAgain', this.#pieces.again(piece));
  }

  /** From the voice: it has given everything. */
  given(): void {
    if (this.#isOver || this.#isGiven) return;
    this.#isGiven = true;
    this.#pieces.end();
    this.#options.events.emit('given', this.turn, this.#pieces.raw, this.#pieces.text);
  }

  #follow({ events, by }: TurnHandle): void {
    const { turn } = this;
    const { events: told, hasSound } = this.#options;
    events.on('started', (text) => this.#tellTurn(by === 'tool' ? '' : text));
    events.on('chunk', (chunk) => {
      this.#tellTurn('');
      if (hasSound) this.#pieces.chunk(chunk);
      else this.#pieces.shown(chunk);
    });
    events.on('heard', ({ text }) => told.emit('heard', turn, text));
    events.on('tool', ({ callId, name, argumentsJson, stage, value, isError }) =>
      told.emit('tool', { turn, callId, name, argumentsJson, stage, value, isError: isError === true }),
    );
  }

  /** Of a line that the avatar says of its own accord nothing is asked. */
  #tellTurn(text: string): void {
    if (this.#isTold) return;
    this.#isTold = true;
    const { events, handle, context } = this.#options;
    events.emit('turn', { turn: this.turn, by: handle.by, text, context: context() });
  }

  #ended({ outcome, user, reply, heard, error, trace }: TurnEnd): SessionTurnEnd {
    if (outcome === 'completed') this.given();
    this.#isOver = true;
    const { events, context, toldFault } = this.#options;
    const end: SessionTurnEnd = {
      turn: this.turn,
      outcome,
      context: context(),
      user,
      reply,
      heard,
      error: error === undefined ? undefined : { code: error.code, message: errorText(toldFault(error)) },
      trace: { ...trace },
    };
    events.emit('ended', end);
    return end;
  }
}
