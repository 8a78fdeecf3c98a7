import type { TurnChunk } from '../dialogue/index.js';
import type { ClientPiece } from '../reply/index.js';
import type { SessionCue, SessionPiece } from './session.js';

/** A piece as the voice tells it: it knows words and sound, no tags. `pcm` is put together when it is read. */
export type VoicedPiece = Pick<ClientPiece, 'index' | 'text' | 'language' | 'startMs' | 'endMs' | 'pcm'>;

/**
 * Puts together what the reader knows of a piece (tags, cues) and what the voice knows (its sound), of one turn.
 *
 * Both come in order. The reader also tells pieces without words, which no voice says: they join the next that is said. The voice also says
 * words that are not the model's (an acknowledgement, an apology): those have no chunk.
 */
export class PieceJoiner {
  readonly #turn: number;
  readonly #emit: (piece: SessionPiece) => void;
  #chunks: TurnChunk[] = [];
  #index = 0;
  raw = '';
  text = '';

  constructor(turn: number, emit: (piece: SessionPiece) => void) {
    this.#turn = turn;
    this.#emit = emit;
  }

  /** From the reader: waits for its sound. */
  chunk(chunk: TurnChunk): void {
    this.#chunks.push(chunk);
  }

  /** From the reader, and nobody gives its sound. */
  shown(chunk: TurnChunk): void {
    this.#tell([chunk], chunk.text, chunk.language, undefined);
  }

  /** From the voice: the sound of a piece is whole. */
  voiced(piece: VoicedPiece): void {
    const words = piece.text.trim();
    const at = this.#chunks.findIndex(({ text }) => text.trim() !== '');
    const isChunk = at >= 0 && this.#chunks[at]?.text.trim() === words;
    this.#tell(isChunk ? this.#chunks.splice(0, at + 1) : [], piece.text, piece.language, piece);
  }

  /** The sound of a piece once more, all or its rest. */
  again(piece: VoicedPiece): SessionPiece {
    return told(
      { turn: this.#turn, index: piece.index, raw: '', text: '', cues: [], language: piece.language },
      piece,
    );
  }

  /** The reply is over: tags behind its last words. */
  end(): void {
    const left = this.#chunks.splice(0).filter(({ text }) => text.trim() === '');
    if (left.length > 0) this.#tell(left, '', undefined, undefined);
  }

  /** What was not said is not told. */
  drop(): void {
    this.#chunks = [];
  }

  #tell(
    chunks: readonly TurnChunk[],
    text: string,
    language: string | undefined,
    voiced: VoicedPiece | undefined,
  ): void {
    const raw = chunks.length === 0 ? text : chunks.map((chunk) => chunk.raw).join('');
    this.raw += raw;
    this.text += text;
    const cues = chunks.flatMap((chunk) => chunk.cues.map(asCue));
    this.#emit(told({ turn: this.#turn, index: this.#index++, raw, text, cues, language }, voiced));
  }
}

function told(piece: Omit<SessionPiece, 'span' | 'pcm'>, voiced: VoicedPiece | undefined): SessionPiece {
  if (voiced === undefined) return { ...piece, span: undefined, pcm: undefined };
  const { startMs, endMs } = voiced;
  return {
    ...piece,
    span: { startMs, endMs },
    get pcm() {
      return endMs > startMs ? voiced.pcm : undefined;
    },
  };
}

function asCue({ name, value, durationMs, attributes }: TurnChunk['cues'][number]): SessionCue {
  return { name, value, durationMs, attributes };
}
